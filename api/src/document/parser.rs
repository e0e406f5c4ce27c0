//! From text to a document.
//!
//! The library's own parser takes some microseconds for a token, loses what stands twice in an object, and reads some things
//! that are no GraphQL. This one recurses as deep as brackets nest, which is limited before it begins.

use std::{collections::HashMap, mem};

use async_graphql::{
    Name, Pos, Positioned, Value as ConstValue,
    indexmap::IndexMap,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
        FragmentSpread, InlineFragment, OperationDefinition, OperationType, Selection,
        SelectionSet, Type, TypeCondition, VariableDefinition,
    },
};
use async_graphql_value::Value;
use serde_json::Number;

use super::{
    lexer::{Lexer, Token},
    problem::Problem,
};

/// A document, and what is wrong with it that it can't hold: names that stand twice.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) document: ExecutableDocument,
    pub(super) problems: Vec<Problem>,
}

type Parse<T> = Result<T, Problem>;

/// Reads a document of operations and fragments.
pub(super) fn parse(text: &str) -> Parse<Parsed> {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        token: Token::End,
        pos: Pos::default(),
        names: HashMap::new(),
        problems: Vec::new(),
    };
    parser.advance()?;
    let mut definitions = Definitions::default();
    loop {
        parser.definition(&mut definitions)?;
        if parser.token == Token::End {
            return Ok(definitions.finish(parser.problems));
        }
    }
}

#[derive(Default)]
struct Definitions {
    anonymous: Vec<Positioned<OperationDefinition>>,
    named: HashMap<Name, Positioned<OperationDefinition>>,
    fragments: HashMap<Name, Positioned<FragmentDefinition>>,
}

impl Definitions {
    fn finish(mut self, mut problems: Vec<Problem>) -> Parsed {
        if self.anonymous.len() + self.named.len() > 1 {
            let alone = "This anonymous operation must be the only defined operation.";
            problems.extend(
                self.anonymous
                    .iter()
                    .map(|operation| Problem::new(operation.pos, alone)),
            );
        }
        let operations = match self.anonymous.pop() {
            Some(operation) if self.named.is_empty() => DocumentOperations::Single(operation),
            _ => DocumentOperations::Multiple(self.named),
        };
        Parsed {
            document: ExecutableDocument {
                operations,
                fragments: self.fragments,
            },
            problems,
        }
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    pos: Pos,
    /// Each name once, however often it stands in the document.
    /// The hashes of the standard library can't be foreseen, so that no names can be chosen that get into each other's way.
    names: HashMap<&'a str, Name>,
    problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    /// Goes on to the next token, and gives the one before it.
    fn advance(&mut self) -> Parse<(Token<'a>, Pos)> {
        let (token, pos) = self.lexer.next()?;
        Ok((
            mem::replace(&mut self.token, token),
            mem::replace(&mut self.pos, pos),
        ))
    }

    fn unexpected<T>(&self) -> Parse<T> {
        let found = match &self.token {
            Token::Name(name) => format!("Name {name:?}"),
            Token::Int(number) | Token::Float(number) => format!("number {number}"),
            Token::String(_) => "a string".to_owned(),
            Token::Sign(b'.') => "\"...\"".to_owned(),
            Token::Sign(sign) => format!("{:?}", char::from(*sign).to_string()),
            Token::End => "<EOF>".to_owned(),
        };
        Err(Problem::syntax(self.pos, format!("Unexpected {found}.")))
    }

    fn sees(&self, sign: u8) -> bool {
        self.token == Token::Sign(sign)
    }

    /// Steps over that sign, where it stands here.
    fn takes(&mut self, sign: u8) -> Parse<bool> {
        let here = self.sees(sign);
        if here {
            self.advance()?;
        }
        Ok(here)
    }

    fn expect(&mut self, sign: u8) -> Parse<Pos> {
        if self.sees(sign) {
            Ok(self.advance()?.1)
        } else {
            self.unexpected()
        }
    }

    fn keyword(&self) -> Option<&'a str> {
        if let Token::Name(name) = self.token {
            Some(name)
        } else {
            None
        }
    }

    fn name(&mut self) -> Parse<Positioned<Name>> {
        let Some(name) = self.keyword() else {
            return self.unexpected();
        };
        let (_, pos) = self.advance()?;
        let interned = self
            .names
            .entry(name)
            .or_insert_with(|| Name::new(name))
            .clone();
        Ok(Positioned::new(interned, pos))
    }

    fn definition(&mut self, definitions: &mut Definitions) -> Parse<()> {
        if self.sees(b'{') {
            let (pos, selection_set) = (self.pos, self.selection_set()?);
            let operation = OperationDefinition {
                ty: OperationType::Query,
                variable_definitions: Vec::new(),
                directives: Vec::new(),
                selection_set,
            };
            definitions.anonymous.push(Positioned::new(operation, pos));
            return Ok(());
        }
        if let Token::String(_) = self.token {
            self.advance()?;
        }
        match self.keyword() {
            Some("query") => self.operation(OperationType::Query, definitions),
            Some("mutation") => self.operation(OperationType::Mutation, definitions),
            Some("subscription") => self.operation(OperationType::Subscription, definitions),
            Some("fragment") => self.fragment(definitions),
            _ => self.unexpected(),
        }
    }

    fn operation(&mut self, ty: OperationType, definitions: &mut Definitions) -> Parse<()> {
        let (_, pos) = self.advance()?;
        let name = if self.keyword().is_some() {
            Some(self.name()?)
        } else {
            None
        };
        let operation = OperationDefinition {
            ty,
            variable_definitions: self.variable_definitions()?,
            directives: self.directives(false)?,
            selection_set: self.selection_set()?,
        };
        let operation = Positioned::new(operation, pos);
        match name {
            None => definitions.anonymous.push(operation),
            Some(name) => {
                if definitions
                    .named
                    .insert(name.node.clone(), operation)
                    .is_some()
                {
                    let twice = format!("There can be only one operation named \"{}\".", name.node);
                    self.problems.push(Problem::new(name.pos, twice));
                }
            }
        }
        Ok(())
    }

    fn fragment(&mut self, definitions: &mut Definitions) -> Parse<()> {
        let (_, pos) = self.advance()?;
        if self.keyword() == Some("on") {
            return self.unexpected();
        }
        let name = self.name()?;
        if self.keyword() != Some("on") {
            return self.unexpected();
        }
        let fragment = FragmentDefinition {
            type_condition: self.type_condition()?,
            directives: self.directives(false)?,
            selection_set: self.selection_set()?,
        };
        if definitions
            .fragments
            .insert(name.node.clone(), Positioned::new(fragment, pos))
            .is_some()
        {
            let twice = format!("There can be only one fragment named \"{}\".", name.node);
            self.problems.push(Problem::new(name.pos, twice));
        }
        Ok(())
    }

    /// `on` and the name of a type.
    fn type_condition(&mut self) -> Parse<Positioned<TypeCondition>> {
        let (_, pos) = self.advance()?;
        Ok(Positioned::new(TypeCondition { on: self.name()? }, pos))
    }

    fn variable_definitions(&mut self) -> Parse<Vec<Positioned<VariableDefinition>>> {
        let mut definitions = Vec::new();
        if !self.takes(b'(')? {
            return Ok(definitions);
        }
        while definitions.is_empty() || !self.takes(b')')? {
            if let Token::String(_) = self.token {
                self.advance()?;
            }
            let pos = self.expect(b'$')?;
            let name = self.name()?;
            self.expect(b':')?;
            let (at, var_type) = (self.pos, self.type_reference()?);
            let default_value = if self.takes(b'=')? {
                Some(self.constant()?)
            } else {
                None
            };
            let directives = self.directives(true)?;
            let var_type = Positioned::new(var_type, at);
            definitions.push(Positioned::new(
                VariableDefinition {
                    name,
                    var_type,
                    directives,
                    default_value,
                },
                pos,
            ));
        }
        Ok(definitions)
    }

    fn type_reference(&mut self) -> Parse<Type> {
        let base = if self.takes(b'[')? {
            let within = self.type_reference()?;
            self.expect(b']')?;
            BaseType::List(Box::new(within))
        } else {
            BaseType::Named(self.name()?.node)
        };
        Ok(Type {
            base,
            nullable: !self.takes(b'!')?,
        })
    }

    fn selection_set(&mut self) -> Parse<Positioned<SelectionSet>> {
        let pos = self.expect(b'{')?;
        let mut items = Vec::new();
        while items.is_empty() || !self.takes(b'}')? {
            let at = self.pos;
            let selection = if self.sees(b'.') {
                self.spread()?
            } else {
                Selection::Field(self.field()?)
            };
            items.push(Positioned::new(selection, at));
        }
        // Most sets are small, there are many, and documents are kept.
        items.shrink_to_fit();
        Ok(Positioned::new(SelectionSet { items }, pos))
    }

    fn field(&mut self) -> Parse<Positioned<Field>> {
        let first = self.name()?;
        let pos = first.pos;
        let (alias, name) = if self.takes(b':')? {
            (Some(first), self.name()?)
        } else {
            (None, first)
        };
        let arguments = self.arguments(false)?;
        let directives = self.directives(false)?;
        let selection_set = if self.sees(b'{') {
            self.selection_set()?
        } else {
            Positioned::default()
        };
        Ok(Positioned::new(
            Field {
                alias,
                name,
                arguments,
                directives,
                selection_set,
            },
            pos,
        ))
    }

    fn spread(&mut self) -> Parse<Selection> {
        let (_, pos) = self.advance()?;
        if self.keyword().is_some_and(|keyword| keyword != "on") {
            let spread = FragmentSpread {
                fragment_name: self.name()?,
                directives: self.directives(false)?,
            };
            return Ok(Selection::FragmentSpread(Positioned::new(spread, pos)));
        }
        let type_condition = if self.keyword().is_some() {
            Some(self.type_condition()?)
        } else {
            None
        };
        let directives = self.directives(false)?;
        let inline = InlineFragment {
            type_condition,
            directives,
            selection_set: self.selection_set()?,
        };
        Ok(Selection::InlineFragment(Positioned::new(inline, pos)))
    }

    fn directives(&mut self, constant: bool) -> Parse<Vec<Positioned<Directive>>> {
        let mut directives = Vec::new();
        while self.sees(b'@') {
            let (_, pos) = self.advance()?;
            let directive = Directive {
                name: self.name()?,
                arguments: self.arguments(constant)?,
            };
            directives.push(Positioned::new(directive, pos));
        }
        directives.shrink_to_fit();
        Ok(directives)
    }

    fn arguments(&mut self, constant: bool) -> Parse<Vec<(Positioned<Name>, Positioned<Value>)>> {
        let mut arguments = Vec::new();
        if !self.takes(b'(')? {
            return Ok(arguments);
        }
        while arguments.is_empty() || !self.takes(b')')? {
            let name = self.name()?;
            self.expect(b':')?;
            let (at, value) = (self.pos, self.value(constant)?);
            arguments.push((name, Positioned::new(value, at)));
        }
        arguments.shrink_to_fit();
        Ok(arguments)
    }

    fn constant(&mut self) -> Parse<Positioned<ConstValue>> {
        let (at, value) = (self.pos, self.value(true)?);
        match value.into_const() {
            Some(value) => Ok(Positioned::new(value, at)),
            None => self.unexpected(),
        }
    }

    fn value(&mut self, constant: bool) -> Parse<Value> {
        match self.token {
            Token::Sign(b'$') if !constant => {
                self.advance()?;
                Ok(Value::Variable(self.name()?.node))
            }
            Token::Sign(b'[') => self.list(constant),
            Token::Sign(b'{') => self.object(constant),
            Token::Name("null") => self.advance().map(|_| Value::Null),
            Token::Name("true") => self.advance().map(|_| Value::Boolean(true)),
            Token::Name("false") => self.advance().map(|_| Value::Boolean(false)),
            Token::Name(_) => Ok(Value::Enum(self.name()?.node)),
            Token::Int(number) | Token::Float(number) => {
                let number = self.number(number)?;
                self.advance()?;
                Ok(Value::Number(number))
            }
            Token::String(_) => match self.advance()?.0 {
                Token::String(text) => Ok(Value::String(text)),
                _ => self.unexpected(),
            },
            Token::Sign(_) | Token::End => self.unexpected(),
        }
    }

    /// What no integer of 64 bits holds is a float. One that no float holds is refused.
    fn number(&self, written: &str) -> Parse<Number> {
        if let Token::Int(_) = self.token {
            if let Ok(number) = written.parse::<i64>() {
                return Ok(number.into());
            }
            if let Ok(number) = written.parse::<u64>() {
                return Ok(number.into());
            }
        }
        let float = written.parse().ok().and_then(Number::from_f64);
        float.ok_or_else(|| Problem::syntax(self.pos, "A number is too large."))
    }

    fn list(&mut self, constant: bool) -> Parse<Value> {
        self.advance()?;
        let mut items = Vec::new();
        while !self.takes(b']')? {
            items.push(self.value(constant)?);
        }
        items.shrink_to_fit();
        Ok(Value::List(items))
    }

    fn object(&mut self, constant: bool) -> Parse<Value> {
        self.advance()?;
        let mut fields = IndexMap::new();
        while !self.takes(b'}')? {
            let name = self.name()?;
            self.expect(b':')?;
            if fields
                .insert(name.node.clone(), self.value(constant)?)
                .is_some()
            {
                let twice = format!("There can be only one input field named \"{}\".", name.node);
                self.problems.push(Problem::new(name.pos, twice));
            }
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    /// As the library reads it, for what both read.
    fn check_same(text: &str) {
        let (ours, theirs) = (parse(text).unwrap(), parse_query(text).unwrap());
        assert_eq!(ours.problems, [], "{text}");
        let json = |document: &ExecutableDocument| serde_json::to_value(document).unwrap();
        assert_eq!(json(&ours.document), json(&theirs), "{text}");
    }

    #[test]
    fn documents_are_read_as_the_library_reads_them() {
        for text in [
            "{a}",
            "query Q($a: [Int!]! = [1 2], $b: P = {x: {y: E}}) @d(a: 1) { x: f(a: $a, b: [$b, null, true]) @skip(if: false) { g } }",
            "mutation M { a } subscription S { b }",
            "{ ...F ... on T { a } ... @include(if: true) { b } ... { c } } fragment F on T @d { e(f: -1.5) }",
            "{ on fragment query true: null type(input: \"a\\n\") }",
        ] {
            check_same(text);
        }
        let guide = include_str!("../../../docs/api.md");
        let queries: Vec<_> = guide
            .split("```graphql\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .collect();
        assert!(4 <= queries.len());
        queries.into_iter().for_each(check_same);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "{}",
            "{a",
            "{a}}",
            "query",
            "query {}",
            "{a()}",
            "{a(b:)}",
            "{a(b:$)}",
            "query($a:Int=$b){a}",
            "{a{}}",
            "fragment on on T {a}",
            "fragment F {a}",
            "{...}",
            "{a:}",
            "{a(b:{c})}",
            "query(){a}",
            "query($a){a}",
            "type T {a: B}",
            "{a}\0",
            "extend type T {a: B}",
            "{a @}",
            "\"why\" {a}",
            "query Q($a: Int @d(x: $y)){a}",
            "{a(b: 1e999)}",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_that_stand_twice_are_problems() {
        let problems = |text: &str| parse(text).unwrap().problems.len();
        assert_eq!(problems("query A{a} query A{a}"), 1);
        assert_eq!(problems("{a} query A{a}"), 1);
        assert_eq!(problems("{a} {a}"), 2);
        assert_eq!(problems("{a} fragment F on T{a} fragment F on T{a}"), 1);
        assert_eq!(problems("{a(b: {c: 1, c: 1, d: {c: 1}})}"), 1);
    }
}
