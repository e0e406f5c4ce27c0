//! The command `caseload`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("caseload: can't start threads: {error}");
            return ExitCode::from(2);
        }
    };
    let code = runtime.block_on(caseload_api::cli::main());
    // A thread that waits for standard input can't be ended, and nothing waits for it.
    runtime.shutdown_background();
    code
}
