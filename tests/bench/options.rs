//! What to measure.

use anyhow::{Context as _, bail};

pub(crate) const HELP: &str = "\
Measures Caseload on facts made from a seed.

  --conversations N   how many (50000)
  --workspaces N      the first one has half of everything and 200 members (4)
  --stores LIST       sqlite,postgres
  --sections LIST     load,rollup,day,blocks,latency,pages,rebuild (all)";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreKind {
    Sqlite,
    Postgres,
}

/// What is compared and printed. Facts are imported and rolled up in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// Import beside the bare load of the same rows.
    Load,
    /// Full rollup beside the bare read of the same facts.
    Rollup,
    /// One day whose facts changed.
    Day,
    /// Size and decoding of day blocks.
    Blocks,
    /// The team performance report.
    Latency,
    /// Pages of daily rows.
    Pages,
    /// The team performance report while everything is rebuilt.
    Rebuild,
}

const SECTIONS: [(&str, Section); 7] = [
    ("load", Section::Load),
    ("rollup", Section::Rollup),
    ("day", Section::Day),
    ("blocks", Section::Blocks),
    ("latency", Section::Latency),
    ("pages", Section::Pages),
    ("rebuild", Section::Rebuild),
];

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) conversations: u64,
    pub(crate) workspaces: u32,
    pub(crate) stores: Vec<StoreKind>,
    pub(crate) sections: Vec<Section>,
}

impl Options {
    /// `None` where help is asked for.
    pub(crate) fn parse(arguments: &[String]) -> anyhow::Result<Option<Self>> {
        let mut options = Self {
            conversations: 50_000,
            workspaces: 4,
            stores: vec![StoreKind::Sqlite, StoreKind::Postgres],
            sections: SECTIONS.iter().map(|(_, section)| *section).collect(),
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            if name == "--help" {
                return Ok(None);
            }
            let value = arguments
                .next()
                .with_context(|| format!("{name} needs a value; see --help"))?;
            match name.as_str() {
                "--conversations" => options.conversations = value.replace('_', "").parse()?,
                "--workspaces" => options.workspaces = value.parse()?,
                "--stores" => {
                    options.stores = value.split(',').map(store).collect::<anyhow::Result<_>>()?;
                }
                "--sections" => {
                    options.sections = value
                        .split(',')
                        .map(section)
                        .collect::<anyhow::Result<_>>()?;
                }
                _ => bail!("no option {name}; see --help"),
            }
        }
        if options.workspaces == 0 || options.conversations < u64::from(options.workspaces) {
            bail!("there must be a workspace, and a conversation in each");
        }
        Ok(Some(options))
    }

    pub(crate) fn wants(&self, section: Section) -> bool {
        self.sections.contains(&section)
    }
}

fn store(name: &str) -> anyhow::Result<StoreKind> {
    match name {
        "sqlite" => Ok(StoreKind::Sqlite),
        "postgres" => Ok(StoreKind::Postgres),
        _ => bail!("no store {name}; see --help"),
    }
}

fn section(name: &str) -> anyhow::Result<Section> {
    let found = SECTIONS
        .iter()
        .find(|(own, _)| *own == name)
        .map(|(_, section)| *section);
    found.with_context(|| format!("no section {name}; see --help"))
}
