//! What Caseload costs, beside what the databases cost by themselves, in one run and on the same rows.
//!
//! `make bench ARGS="--conversations 2500000 --workspaces 20"`. Facts are made from a seed; see [`generate`].

mod bare;
mod blocks;
mod generate;
mod latency;
mod options;
mod pages;
mod postgres;
mod rebuild;
mod tasks;
mod trial;

use std::{fs::File, io::BufWriter, io::Write as _, path::Path};

use self::{
    generate::{Share, Written},
    options::{Options, StoreKind},
    trial::Trial,
};

/// The one that the product uses.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    if arguments.first().is_some_and(|first| first == tasks::CHILD) {
        return runtime.block_on(tasks::perform(&arguments[1..]));
    }
    let Some(options) = Options::parse(&arguments)? else {
        println!("{}", options::HELP);
        return Ok(());
    };
    runtime.block_on(bench(&options))
}

async fn bench(options: &Options) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("caseload-bench-")
        .tempdir()?;
    let shares = generate::shares(options.conversations, options.workspaces);
    let written = write_facts(&shares, folder.path())?;
    println!(
        "{} conversations, {} messages, {} records in {} workspaces over {} days; {} cores",
        options.conversations,
        written.messages,
        written.records,
        options.workspaces,
        generate::DAYS,
        std::thread::available_parallelism()?,
    );
    println!(
        "the first workspace has {} conversations and {} members",
        shares[0].conversations, shares[0].members
    );
    for &store in &options.stores {
        let trial = match store {
            StoreKind::Sqlite => Trial::sqlite(folder.path()).await?,
            StoreKind::Postgres => Trial::postgres().await?,
        };
        println!("\n{}", trial.name()?);
        trial.run(options, &shares, written, folder.path()).await?;
    }
    Ok(())
}

fn write_facts(shares: &[Share], folder: &Path) -> anyhow::Result<Written> {
    let mut total = Written::default();
    for share in shares {
        let mut out = BufWriter::new(File::create(
            folder.join(format!("{}.ndjson", share.workspace)),
        )?);
        let written = generate::write_share(share, &mut out)?;
        out.flush()?;
        total.records += written.records;
        total.messages += written.messages;
    }
    Ok(total)
}
