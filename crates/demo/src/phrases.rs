//! What people say under a rating, in parts: how they begin, what they remember, how they end.
//!
//! `{name}` stands for the first name of whoever helped, `{topic}` for what the topic adds (in English alone).

use super::people::Language;

/// The parts of comments of one mood in one language.
#[derive(Debug)]
pub(super) struct Phrases {
    pub(super) openers: &'static [&'static str],
    pub(super) details: &'static [&'static str],
    pub(super) closers: &'static [&'static str],
}

/// How a score feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Bad,
    Middling,
    Good,
}

impl Mood {
    pub(super) const fn of(score: u8) -> Self {
        match score {
            0..=2 => Self::Bad,
            3 => Self::Middling,
            _ => Self::Good,
        }
    }
}

/// The parts for one language and mood.
pub(super) const fn phrases(language: Language, mood: Mood) -> &'static Phrases {
    let moods = match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::Italian => &ITALIAN,
        Language::Spanish => &SPANISH,
        Language::French => &FRENCH,
    };
    match mood {
        Mood::Bad => &moods[0],
        Mood::Middling => &moods[1],
        Mood::Good => &moods[2],
    }
}

const ENGLISH: [Phrases; 3] = [
    Phrases {
        openers: &[
            "Really disappointed",
            "Not good enough",
            "I expected more after all these years",
            "Honestly a bit of a mess",
            "Took far too long",
            "Three messages and still no answer",
            "I gave up in the end",
            "Felt like talking to a wall",
            "Second time this happens",
        ],
        details: &[
            "{topic}",
            "I had to explain everything twice",
            "nobody read what I wrote the first time",
            "I was passed from one person to the next",
            "the first reply had nothing to do with my question",
            "you closed it without asking me whether it was solved",
            "waited all weekend for one line",
            "{name} was polite, but could not do anything",
            "{name} said someone would call, nobody did",
        ],
        closers: &[
            "Please do better.",
            "I will look for something else.",
            "Not angry, just tired of it.",
            "Why does it have to be this hard?",
            "One star for effort.",
            "Still open for me.",
        ],
    },
    Phrases {
        openers: &[
            "It was OK",
            "Solved in the end",
            "Friendly but slow",
            "Half of my question got an answer",
            "Fine I guess",
            "Good people, clumsy process",
            "Could have been quicker",
        ],
        details: &[
            "the first answer came quickly, the rest took days",
            "{name} did what was possible",
            "I would have liked a real explanation instead of a link",
            "had to ask again before anything moved",
            "the bot should know when to stop",
            "{name} was nice about it",
            "the answer was right but hard to follow",
        ],
        closers: &[
            "Thanks anyway.",
            "Room for improvement.",
            "We will see.",
            "A status page would have saved us both the time.",
            "It works now, so fine.",
        ],
    },
    Phrases {
        openers: &[
            "Thank you {name}",
            "Great service",
            "Quick and kind",
            "Perfect",
            "Exactly what I needed",
            "{name} is a star",
            "Best support I have had in a while",
            "Sorted",
            "Lovely to deal with a real person",
            "Couldn't be happier",
            "Very patient with me",
            "Wow, that was fast",
        ],
        details: &[
            "{topic}",
            "{name} explained every step",
            "answered before my coffee was cold",
            "no copy and paste answers, somebody actually looked",
            "{name} even checked back the next day",
            "you could tell that {name} knows the product inside out",
            "solved with a single message",
            "the little video was a nice touch",
            "I am not technical at all and still got it",
            "you owned up to the mistake and put it right",
        ],
        closers: &[
            "Keep it up!",
            "Give {name} a raise.",
            "Will definitely come back.",
            "Have a nice weekend!",
            "Five stars from me.",
            "That's how it should be.",
            "Cheers",
        ],
    },
];

const GERMAN: [Phrases; 3] = [
    Phrases {
        openers: &[
            "Leider enttäuschend",
            "Das war nichts",
            "Viel zu langsam",
            "Schade",
            "Ich bin ziemlich verärgert",
        ],
        details: &[
            "ich musste alles zweimal erklären",
            "tagelang keine Antwort",
            "die Antwort passte nicht zu meiner Frage",
            "der Fall wurde geschlossen, obwohl nichts gelöst war",
        ],
        closers: &[
            "So verliert man Kunden.",
            "Bitte nachbessern.",
            "Ich warte immer noch.",
        ],
    },
    Phrases {
        openers: &[
            "Ging so",
            "Am Ende gelöst",
            "Freundlich, aber langsam",
            "In Ordnung",
        ],
        details: &[
            "{name} war bemüht",
            "ich musste einmal nachhaken",
            "die Erklärung war etwas knapp",
            "hätte schneller gehen können",
        ],
        closers: &["Trotzdem danke.", "Da geht noch was.", "Passt schon."],
    },
    Phrases {
        openers: &[
            "Super Service",
            "Vielen Dank, {name}",
            "Schnell und freundlich",
            "Top",
            "Klasse Hilfe",
        ],
        details: &[
            "{name} hat alles in Ruhe erklärt",
            "nach zehn Minuten war alles erledigt",
            "endlich jemand, der zuhört",
            "sehr kompetent und geduldig",
            "das Problem war sofort gelöst",
        ],
        closers: &[
            "Gerne wieder!",
            "Weiter so!",
            "Schönen Gruß aus Kiel",
            "Fünf Sterne.",
        ],
    },
];

const ITALIAN: [Phrases; 3] = [
    Phrases {
        openers: &[
            "Molto deluso",
            "Esperienza pessima",
            "Troppo lenti",
            "Non ci siamo",
            "Peccato",
        ],
        details: &[
            "ho dovuto spiegare tutto due volte",
            "nessuna risposta per tre giorni",
            "mi avete chiuso la richiesta senza risolverla",
            "la risposta non c'entrava niente",
        ],
        closers: &[
            "Così non va.",
            "Sto ancora aspettando.",
            "Cambierò fornitore.",
        ],
    },
    Phrases {
        openers: &[
            "Così così",
            "Alla fine risolto",
            "Gentili ma lenti",
            "Nella media",
        ],
        details: &[
            "{name} ha fatto il possibile",
            "ho dovuto sollecitare",
            "la spiegazione era poco chiara",
            "si può fare meglio con i tempi",
        ],
        closers: &["Grazie comunque.", "Vedremo.", "Per ora va bene."],
    },
    Phrases {
        openers: &[
            "Gentilissimi",
            "Grazie mille {name}",
            "Servizio ottimo",
            "Perfetto",
            "Velocissimi",
        ],
        details: &[
            "con {name} ci si capisce subito",
            "risolto in cinque minuti",
            "spiegazione chiara anche per chi non è esperto",
            "finalmente qualcuno che legge quello che scrivi",
            "risposta di sabato, non me l'aspettavo",
        ],
        closers: &[
            "Continuate così!",
            "Consigliatissimi.",
            "Buon lavoro a tutti",
            "Complimenti!",
        ],
    },
];

const SPANISH: [Phrases; 3] = [
    Phrases {
        openers: &[
            "Muy decepcionado",
            "Fatal",
            "Demasiado lento",
            "No me habéis ayudado",
            "Una pena",
        ],
        details: &[
            "tuve que explicarlo todo dos veces",
            "cuatro días sin respuesta",
            "cerraron el caso sin resolver nada",
            "me mandaron un enlace que no servía",
        ],
        closers: &["Así no.", "Sigo esperando.", "No vuelvo."],
    },
    Phrases {
        openers: &[
            "Regular",
            "Al final se resolvió",
            "Amables pero lentos",
            "Bien, sin más",
        ],
        details: &[
            "{name} hizo lo que pudo",
            "tuve que insistir",
            "faltó una explicación",
            "la primera respuesta fue automática",
        ],
        closers: &[
            "Gracias de todos modos.",
            "Se puede mejorar.",
            "Ya veremos.",
        ],
    },
    Phrases {
        openers: &[
            "Excelente atención",
            "Muchas gracias, {name}",
            "Rápido y amable",
            "Genial",
            "Un diez",
        ],
        details: &[
            "{name} me lo explicó paso a paso",
            "resuelto a la primera",
            "da gusto hablar con personas",
            "mucha paciencia conmigo",
            "contestaron en un momento",
        ],
        closers: &[
            "¡Seguid así!",
            "Lo recomiendo.",
            "Saludos desde Sevilla",
            "¡Gracias!",
        ],
    },
];

const FRENCH: [Phrases; 3] = [
    Phrases {
        openers: &[
            "Très déçue",
            "Vraiment trop long",
            "Pas à la hauteur",
            "Dommage",
        ],
        details: &[
            "j'ai dû tout réexpliquer",
            "aucune réponse pendant une semaine",
            "le dossier a été fermé sans solution",
            "une réponse toute faite",
        ],
        closers: &["J'attends toujours.", "À revoir.", "Je vais voir ailleurs."],
    },
    Phrases {
        openers: &[
            "Moyen",
            "Résolu, mais lentement",
            "Correct",
            "Ça peut aller",
        ],
        details: &[
            "{name} a fait de son mieux",
            "il a fallu relancer",
            "l'explication était confuse",
        ],
        closers: &["Merci quand même.", "Peut mieux faire.", "On verra."],
    },
    Phrases {
        openers: &[
            "Super service",
            "Merci {name}",
            "Rapide et efficace",
            "Parfait",
            "Au top",
        ],
        details: &[
            "{name} a pris le temps de m'expliquer",
            "problème réglé en dix minutes",
            "très à l'écoute",
            "réponse claire et humaine",
        ],
        closers: &[
            "Continuez comme ça !",
            "Bonne journée à toute l'équipe",
            "Je recommande.",
        ],
    },
];
