//! Who and what rows of facts refer to.

use std::{collections::HashMap, sync::Arc};

use caseload_schema::{
    directory::Directory,
    facts::Conversation,
    id::{CustomerKey, LabelKey, MemberKey},
    store::customers::Customer,
};

use super::super::column::{Cell, Column, Kind, Words};
use crate::{error::ApiError, snapshot::Snapshot};

/// The words of the columns that name members and channels.
#[derive(Debug)]
pub(super) struct Names {
    ids: Arc<Words>,
    called: Arc<Words>,
    channels: Arc<Words>,
}

impl Names {
    pub(super) fn of(directory: &Directory) -> Self {
        let mut channels: Vec<&str> = directory.channels().map(|(_, name)| &**name).collect();
        channels.sort_unstable();
        Self {
            ids: Words::new(directory.members().iter().map(|member| member.id.as_str())),
            called: Words::new(
                directory
                    .members()
                    .iter()
                    .map(|member| member.name.as_str()),
            ),
            channels: Words::new(channels.into_iter()),
        }
    }

    /// Two columns, of a member's id and name.
    pub(super) fn member_columns(&self, id: &'static str, name: &'static str) -> [Column; 2] {
        [
            Column::nullable(id, Kind::Word(Arc::clone(&self.ids))),
            Column::nullable(name, Kind::Word(Arc::clone(&self.called))),
        ]
    }

    /// Their cells.
    pub(super) fn member(&self, directory: &Directory, key: Option<MemberKey>) -> [Cell; 2] {
        let member = key.and_then(|key| directory.member(key));
        [
            self.ids.cell(member.map(|member| member.id.as_str())),
            self.called.cell(member.map(|member| member.name.as_str())),
        ]
    }

    /// The column of channels.
    pub(super) fn channel_column(&self) -> Column {
        Column::nullable("channel", Kind::Word(Arc::clone(&self.channels)))
    }

    /// Its cell.
    pub(super) fn channel(&self, directory: &Directory, conversation: &Conversation) -> Cell {
        self.channels
            .cell(directory.channel(conversation.channel).map(|name| &**name))
    }
}

/// Two columns, of the ids and of the titles of labels.
pub(super) fn label_columns() -> [Column; 2] {
    [
        Column::new("label_ids", Kind::Texts),
        Column::new("labels", Kind::Texts),
    ]
}

/// Their cells, by title, then id.
pub(super) fn labels(directory: &Directory, keys: &[LabelKey]) -> [Cell; 2] {
    let mut labels: Vec<_> = keys
        .iter()
        .filter_map(|&key| directory.label(key))
        .collect();
    labels.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
    [
        Cell::Texts(
            labels
                .iter()
                .map(|label| Arc::from(label.id.as_str()))
                .collect(),
        ),
        Cell::Texts(
            labels
                .iter()
                .map(|label| Arc::from(label.title.as_str()))
                .collect(),
        ),
    ]
}

/// Two columns, of a customer's id and name.
pub(super) fn customer_columns() -> [Column; 2] {
    [
        Column::new("customer_id", Kind::Text),
        Column::nullable("customer_name", Kind::Text),
    ]
}

/// The customers of some conversations, by key.
pub(super) async fn customers(
    snapshot: &Snapshot,
    conversations: impl Iterator<Item = &Conversation>,
) -> Result<HashMap<CustomerKey, Customer>, ApiError> {
    let mut keys: Vec<_> = conversations
        .map(|conversation| conversation.customer)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let found = snapshot
        .reachable_store()?
        .find_customers(snapshot.key(), &keys)
        .await?;
    Ok(found
        .into_iter()
        .map(|customer| (customer.key, customer))
        .collect())
}

/// The cells of a customer; one who was erased has no name.
pub(super) fn customer(customers: &HashMap<CustomerKey, Customer>, key: CustomerKey) -> [Cell; 2] {
    let customer = customers.get(&key);
    let name = customer.and_then(|customer| customer.name.clone());
    let id = customer.map_or_else(String::new, |customer| customer.id.clone());
    [Cell::Text(id), name.map_or(Cell::Null, Cell::Text)]
}
