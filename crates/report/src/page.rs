use std::borrow::Cow;

use crate::{Figure, Scale, Table, Unit, Value, Words};

/// A page of the report.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// Its name, unique in the report; the first is `index`.
    pub id: &'static str,
    /// Its title.
    pub title: Words,
    /// What it answers, in a sentence or two.
    pub lead: Words,
    /// What its amounts are counted in; `None` when it has none.
    pub unit: Option<Words>,
    /// Its sections.
    pub sections: Vec<Section>,
    /// The scale of its amounts where the report's would show noughts.
    own_scale: Option<Scale>,
}

/// A section of a page.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Section {
    /// Its name, unique on its page.
    pub id: Cow<'static, str>,
    /// Its title.
    pub title: Words,
    /// What it consists of.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Block {
    /// A paragraph.
    Paragraph(Words),
    /// What must not be overlooked.
    Warning(Words),
    /// Single facts, each with its name.
    Facts(Vec<(Words, Value)>),
    /// The big figures of a page.
    Tiles(Vec<Tile>),
    /// A table.
    Table(Table),
    /// A plot.
    Figure(Figure),
    /// Text that is shown as it is, letter by letter.
    Verbatim(String),
}

/// A big figure with what it is measured by.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tile {
    /// What it is.
    pub name: Words,
    /// The figure.
    pub value: Value,
    /// What it is measured by.
    pub against: Words,
    /// Whether that is met; `None` when there is nothing to meet.
    pub met: Option<bool>,
}

impl Page {
    pub(crate) fn new(id: &'static str, title: Words, lead: Words) -> Self {
        Self { id, title, lead, unit: None, sections: Vec::new(), own_scale: None }
    }

    pub(crate) fn section(&mut self, id: impl Into<Cow<'static, str>>, title: Words, blocks: Vec<Block>) {
        self.sections.push(Section { id: id.into(), title, blocks });
    }

    /// The same with amounts in this scale, whatever that of the report is.
    pub(crate) fn counted_in(self, scale: Scale) -> Self {
        Self { own_scale: Some(scale), ..self }
    }

    /// Gives every amount its scale, and the page the words for it.
    pub(crate) fn scale(&mut self, scale: Scale, currency: &str) {
        let scale = self.own_scale.unwrap_or(scale);
        let mut any = false;
        for block in self.sections.iter_mut().flat_map(|section| &mut section.blocks) {
            match block {
                Block::Table(table) => {
                    for cell in table.rows.iter_mut().flatten() {
                        any |= cell.value.scale(scale);
                    }
                }
                Block::Facts(facts) => facts.iter_mut().for_each(|(_, value)| any |= value.scale(scale)),
                Block::Tiles(tiles) => tiles.iter_mut().for_each(|tile| any |= tile.value.scale(scale)),
                Block::Figure(figure) => {
                    figure.scale = scale;
                    any |= figure.unit == Unit::Money;
                }
                _ => {}
            }
        }
        self.unit = any.then(|| scale.of_currency(currency));
    }

    /// The page's tables, from top to bottom.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    /// The page's plots, from top to bottom.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            _ => None,
        })
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl From<Figure> for Block {
    fn from(figure: Figure) -> Self {
        Self::Figure(figure)
    }
}
