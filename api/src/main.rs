//! The command `caseload`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A query that nests as deep as it may takes some mebibytes of its thread's stack in a development build.
const STACK_BYTES: usize = 8 << 20;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build();
    let runtime = match runtime {
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
