//! What people write about: the labels of the sample workspace, and what each does to a conversation.

/// A label and the conversations that wear it.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) color: &'static str,
    /// How often it comes, against the others.
    pub(super) weight: f64,
    /// The team that knows it best.
    pub(super) team: &'static str,
    /// How much longer than others it takes until it is closed.
    pub(super) effort: f64,
    /// The share of its closed conversations that end won, and lost.
    pub(super) won: f64,
    pub(super) lost: f64,
    /// What a customer who is glad, or not, has to say about it.
    pub(super) praise: &'static str,
    pub(super) complaint: &'static str,
}

const NONE: (f64, f64) = (0.0, 0.0);

const fn topic(
    (id, title, color): (&'static str, &'static str, &'static str),
    (weight, effort): (f64, f64),
    team: &'static str,
    (won, lost): (f64, f64),
    (praise, complaint): (&'static str, &'static str),
) -> Topic {
    Topic {
        id,
        title,
        color,
        weight,
        team,
        effort,
        won,
        lost,
        praise,
        complaint,
    }
}

/// All twelve, the index of [`OUTAGE`] among them.
pub(super) const TOPICS: [Topic; 12] = [
    topic(
        ("delivery", "Delivery", "#2563eb"),
        (19.0, 0.9),
        "front-line",
        NONE,
        (
            "the parcel turned up the next morning",
            "the parcel is still nowhere to be seen",
        ),
    ),
    topic(
        ("how-to", "How-to", "#0d9488"),
        (16.0, 0.6),
        "front-line",
        NONE,
        (
            "the screenshots made it obvious",
            "the help page you sent describes an older version",
        ),
    ),
    topic(
        ("invoice", "Invoice question", "#7c3aed"),
        (13.0, 1.0),
        "billing",
        NONE,
        (
            "the corrected invoice was in my inbox within the hour",
            "the invoice is still wrong",
        ),
    ),
    topic(
        ("sign-in", "Sign-in", "#0891b2"),
        (11.0, 0.5),
        "technical",
        NONE,
        (
            "I was back in my account in minutes",
            "I am still locked out of my account",
        ),
    ),
    topic(
        ("returns", "Return", "#d97706"),
        (9.0, 1.4),
        "front-line",
        NONE,
        (
            "the return label just worked",
            "I had to print the return label three times",
        ),
    ),
    topic(
        ("refund", "Refund", "#dc2626"),
        (8.0, 1.8),
        "billing",
        NONE,
        (
            "the money was back on my card two days later",
            "I am still waiting for my money",
        ),
    ),
    topic(
        ("bug", "Bug report", "#be123c"),
        (7.0, 3.0),
        "technical",
        NONE,
        (
            "the fix was out before the weekend",
            "the same error came back the day after",
        ),
    ),
    topic(
        ("pricing", "Pricing", "#16a34a"),
        (6.0, 2.2),
        "billing",
        (0.42, 0.35),
        (
            "I finally understand what the plans include",
            "nobody could tell me what it will cost next year",
        ),
    ),
    topic(
        ("account", "Account change", "#4f46e5"),
        (4.5, 0.8),
        "front-line",
        NONE,
        (
            "the new address was in place at once",
            "my old address is still on every letter",
        ),
    ),
    topic(
        ("cancellation", "Cancellation", "#9f1239"),
        (3.0, 1.2),
        "billing",
        (0.3, 0.55),
        (
            "no tricks, no hold music, just done",
            "leaving should not take four messages",
        ),
    ),
    topic(
        ("feature-request", "Feature request", "#65a30d"),
        (2.5, 4.0),
        "technical",
        (0.08, 0.1),
        (
            "good to hear that it is on the list",
            "I was told to wait, without a date",
        ),
    ),
    topic(
        ("outage", "Outage", "#b91c1c"),
        (1.0, 0.9),
        "technical",
        NONE,
        (
            "you kept us posted all through it",
            "we learnt about the outage from our own customers",
        ),
    ),
];

/// Where [`TOPICS`] holds the label that incidents bring.
pub(super) const OUTAGE: usize = 11;

/// Channels: name, share, median of the first response in seconds of working time, and the weight of its tail.
pub(super) const CHANNELS: [(&str, f64, f64, f64); 4] = [
    ("email", 0.41, 3_000.0, 1.25),
    ("chat", 0.31, 150.0, 1.3),
    ("whatsapp", 0.19, 600.0, 1.2),
    ("web", 0.09, 4_200.0, 1.1),
];
