//! Who works in the sample workspace, and who writes in.

use caseload_schema::role::Role;

use super::chance::Chance;

/// Someone who works here.
#[derive(Debug)]
pub(super) struct Colleague {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) role: Role,
    /// How much of the work is theirs, against the others. Nothing for whoever has just begun.
    pub(super) share: f64,
    /// Their times as a multiple of what is usual.
    pub(super) pace: f64,
    /// What they add to a score.
    pub(super) warmth: f64,
    /// How many days before today they left.
    pub(super) left: Option<i32>,
}

const fn colleague(
    id: &'static str,
    name: &'static str,
    role: Role,
    (share, pace, warmth): (f64, f64, f64),
    left: Option<i32>,
) -> Colleague {
    Colleague {
        id,
        name,
        role,
        share,
        pace,
        warmth,
        left,
    }
}

/// All twelve: one has left, one has not begun.
pub(super) const COLLEAGUES: [Colleague; 12] = [
    colleague(
        "elena",
        "Elena Marchetti",
        Role::Owner,
        (0.05, 1.4, 0.3),
        None,
    ),
    colleague("tomas", "Tomás Herrera", Role::Admin, (0.2, 1.2, 0.0), None),
    colleague(
        "ingrid",
        "Ingrid Solberg",
        Role::Manager,
        (0.5, 0.9, 0.2),
        None,
    ),
    colleague("aisha", "Aisha Rahman", Role::Agent, (1.5, 0.6, 0.4), None),
    colleague("ben", "Ben Carter", Role::Agent, (1.2, 1.0, 0.0), None),
    colleague(
        "chiara",
        "Chiara Fontana",
        Role::Agent,
        (1.3, 0.8, 0.5),
        None,
    ),
    colleague(
        "daniel",
        "Daniel Okafor",
        Role::Agent,
        (1.1, 1.1, 0.1),
        None,
    ),
    colleague(
        "marta",
        "Marta Kowalska",
        Role::Agent,
        (1.0, 0.7, -0.3),
        None,
    ),
    colleague("yuki", "Yuki Tanaka", Role::Agent, (0.9, 1.5, 0.6), None),
    colleague(
        "felix",
        "Felix Brandt",
        Role::Agent,
        (1.0, 1.7, -0.4),
        Some(61),
    ),
    colleague("priya", "Priya Nair", Role::Agent, (0.0, 1.0, 0.0), None),
    colleague(
        "lucas",
        "Lucas Moreau",
        Role::Viewer,
        (0.25, 1.3, 0.1),
        None,
    ),
];

/// Teams: id, name, who is in it.
pub(super) const TEAMS: [(&str, &str, &[&str]); 3] = [
    (
        "front-line",
        "Front line",
        &["aisha", "ben", "chiara", "priya", "lucas", "felix"],
    ),
    ("billing", "Billing", &["ingrid", "daniel", "marta"]),
    (
        "technical",
        "Technical",
        &["ingrid", "tomas", "yuki", "ben"],
    ),
];

impl Colleague {
    /// The name that customers use.
    pub(super) fn first_name(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }

    pub(super) fn email(&self) -> String {
        format!("{}@example.com", self.id)
    }
}

/// What someone writes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    Italian,
    Spanish,
    French,
}

/// Someone who writes in.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) language: Language,
}

struct Origin {
    language: Language,
    share: f64,
    first: &'static [&'static str],
    last: &'static [&'static str],
}

const ORIGINS: [Origin; 5] = [
    Origin {
        language: Language::English,
        share: 0.56,
        first: &[
            "Olivia", "Jack", "Amelia", "Noah", "Grace", "Samuel", "Zoe", "Ethan", "Maya",
            "Callum", "Ruth", "Kwame", "Anjali", "Omar", "Wei", "Nora", "Theo", "Leila", "Patrick",
            "Imani", "Hugh", "Sadia", "Connor", "Joan",
        ],
        last: &[
            "Whitfield",
            "Nguyen",
            "Patel",
            "O'Brien",
            "Mensah",
            "Clarke",
            "Ramirez",
            "Singh",
            "Harper",
            "Ali",
            "Doyle",
            "Fraser",
            "Chen",
            "Adeyemi",
            "Lindgren",
            "Bishop",
            "Khan",
            "Murray",
            "Sato",
            "Hughes",
            "Novak",
            "Reid",
            "Ferguson",
            "Osei",
            "Baker",
            "Lowe",
        ],
    },
    Origin {
        language: Language::German,
        share: 0.14,
        first: &[
            "Lena", "Jonas", "Sophie", "Lukas", "Mia", "Emre", "Katrin", "Stefan", "Ayşe",
            "Jürgen", "Heike", "Paul",
        ],
        last: &[
            "Schneider",
            "Weber",
            "Yılmaz",
            "Hoffmann",
            "Krüger",
            "Vogel",
            "Baumann",
            "Jäger",
            "Seidel",
            "Groß",
        ],
    },
    Origin {
        language: Language::Italian,
        share: 0.13,
        first: &[
            "Giulia",
            "Marco",
            "Francesca",
            "Luca",
            "Sara",
            "Paolo",
            "Ilaria",
            "Davide",
            "Noemi",
            "Enrico",
        ],
        last: &[
            "Rossi", "Ferrari", "Conti", "De Luca", "Gallo", "Rinaldi", "Moretti", "Bruno",
            "Caruso", "Villa",
        ],
    },
    Origin {
        language: Language::Spanish,
        share: 0.1,
        first: &[
            "Lucía", "Javier", "Carmen", "Diego", "Marta", "Álvaro", "Inés", "Raúl", "Noelia",
            "Iván",
        ],
        last: &[
            "García", "Navarro", "Iglesias", "Ortega", "Molina", "Vargas", "Ibáñez", "Peña",
            "Castro", "Muñoz",
        ],
    },
    Origin {
        language: Language::French,
        share: 0.07,
        first: &[
            "Camille", "Hugo", "Manon", "Mathieu", "Inès", "Youssef", "Élodie", "Antoine",
            "Salomé", "Rémi",
        ],
        last: &[
            "Lefèvre",
            "Moreau",
            "Benali",
            "Girard",
            "Fontaine",
            "Chevalier",
            "Diallo",
            "Perrin",
            "Roux",
            "Blanc",
        ],
    },
];

/// Everyone who has written so far.
#[derive(Debug, Default)]
pub(super) struct Guests {
    known: Vec<Guest>,
    /// Whoever wrote, once for each time: those who write often come back sooner.
    visits: Vec<usize>,
}

/// The share of conversations that a customer begins who has written before.
const RETURNING: f64 = 0.58;

impl Guests {
    /// Whoever writes next, and whether that is for the first time.
    pub(super) fn next(&mut self, chance: &mut Chance) -> (usize, bool) {
        let returns = !self.visits.is_empty() && chance.happens(RETURNING);
        let guest = if returns {
            self.visits[chance.index(self.visits.len())]
        } else {
            self.known.push(stranger(self.known.len() + 1, chance));
            self.known.len() - 1
        };
        self.visits.push(guest);
        (guest, !returns)
    }

    pub(super) fn get(&self, guest: usize) -> &Guest {
        &self.known[guest]
    }
}

fn stranger(number: usize, chance: &mut Chance) -> Guest {
    let origin = &ORIGINS[chance.weighted(&ORIGINS.map(|origin| origin.share))];
    let name = format!("{} {}", chance.pick(origin.first), chance.pick(origin.last));
    let id = format!("k-{number:04}");
    let email = chance
        .happens(0.8)
        .then(|| format!("customer-{number:04}@example.org"));
    Guest {
        id,
        name: chance.happens(0.93).then_some(name),
        email,
        language: origin.language,
    }
}
