//! Read access to a version of a relationship.

use super::*;

impl<'a> RelationshipRef<'a> {
    /// Its id, unique and stable.
    #[must_use]
    pub fn id(&self) -> Cow<'a, str> {
        if !self.row().marks.has(Marks::DERIVED_ID) {
            return Cow::Borrowed(required(self.columns, self.row().id));
        }
        let end = |end: ToEntity| {
            let entity = self.columns.entity(end).to_option();
            entity.map_or("", |entity| self.snapshot.entity_id(entity))
        };
        let mut id = String::new();
        write_id(&mut id, &self.columns.texts, self.row(), end);
        Cow::Owned(id)
    }

    fn extra(&self) -> RelationshipExtra {
        self.columns.relationship_extra(self.row)
    }

    /// In the source's words.
    #[must_use]
    pub fn role(&self) -> Option<&'a str> {
        self.columns.texts.text(self.extra().role)
    }

    /// Further properties from a source, as JSON text. May unpack a block of texts.
    #[must_use]
    pub fn properties(&self) -> Option<Cow<'a, str>> {
        self.columns.cold.text(self.extra().properties)
    }

    /// The kind of the claim.
    #[must_use]
    pub fn kind(&self) -> RelationshipKind {
        self.row().kind
    }

    /// The entity it starts from; none when not disclosed.
    #[must_use]
    pub fn from(&self) -> Option<EntityIx> {
        self.columns.entity(self.row().from).to_option()
    }

    /// The entity it leads to; none when not disclosed.
    #[must_use]
    pub fn to(&self) -> Option<EntityIx> {
        self.columns.entity(self.row().to).to_option()
    }

    /// Why one end is not disclosed.
    #[must_use]
    pub fn unknown(&self) -> Option<UnknownReason> {
        self.row().unknown
    }

    /// How firm the claim is.
    #[must_use]
    pub fn status(&self) -> RelationshipStatus {
        self.row().status
    }

    /// When it held.
    #[must_use]
    pub fn validity(&self) -> Validity {
        self.row().validity()
    }

    /// Whether it held on `day`.
    #[must_use]
    pub fn on_day(&self, day: Date) -> DayValidity {
        let statements = StatementPeriod::spanning(self.statement_dates());
        self.validity().on_day(day, statements)
    }

    /// How much; none when not stated.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        self.extra().share.of(&self.columns.shares).copied()
    }

    /// The type of interest; none when not stated.
    #[must_use]
    pub fn interest(&self) -> Option<Interest> {
        self.extra().interest
    }

    /// Whether it is held directly or through others.
    #[must_use]
    pub fn directness(&self) -> Directness {
        self.row().directness()
    }

    /// The source's own id of its record; `None` if not stated.
    #[must_use]
    pub fn record_id(&self) -> Option<&'a str> {
        self.columns.texts.text(self.extra().record)
    }

    /// The ids of its components as in the data: of relationships or of records, some of which may be missing.
    pub fn component_ids(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let ids = self.columns.texts.text(self.extra().components);
        ids.into_iter().flat_map(str::lines)
    }

    /// Whether the end is not stated, so that it may have been over on any earlier day.
    #[must_use]
    pub fn end_is_unknown(&self) -> bool {
        self.row().end_is_unknown()
    }

    /// How much money.
    #[must_use]
    pub fn amount(&self) -> Option<Amount> {
        amount(self.columns, self.extra().amount)
    }

    /// The capabilities offered.
    #[must_use]
    pub fn capabilities(&self) -> Set<Capability> {
        self.extra().capabilities
    }

    /// Whether sources contradict each other.
    #[must_use]
    pub fn disputed(&self) -> bool {
        self.row().disputed()
    }

    /// The statements of its sources, in the order of the data.
    pub fn evidence(&self) -> impl Iterator<Item = EvidenceIx> + use<> {
        let relationship = self.ix;
        let statements = self.columns.statements(self.row()).len();
        (0..number(statements)).map(move |ordinal| EvidenceIx { relationship, ordinal })
    }

    /// The dates of its ASSERTS statements, else of their sources. Both as known.
    fn statement_dates(&self) -> impl Iterator<Item = PartialDate> {
        let statements = self.evidence().map(|ix| self.snapshot.statement(ix));
        let asserting = statements.filter(|statement| statement.stance() == Stance::Asserts);
        asserting.filter_map(|statement| {
            let source = || self.snapshot.source(statement.source()).published_on();
            statement.stated_on().or_else(source)
        })
    }

    /// When it was last asserted.
    #[must_use]
    pub fn last_stated_on(&self) -> Option<PartialDate> {
        self.statement_dates()
            .max_by_key(|date| (date.last_day(), date.first_day()))
    }

    /// The claim as a sentence, in the tense of `day`.
    #[must_use]
    pub fn sentence(&self, day: Date) -> String {
        self.format(self.from(), self.to(), |parts| {
            parts.sentence(Tense::on(day, parts.validity))
        })
    }

    /// The claim as a clause without its subject, in the tense of `day`. A symmetric claim leads to `to`, which may be either end.
    #[must_use]
    pub fn clause(&self, to: EntityIx, day: Date) -> String {
        self.format(None, Some(to), |parts| parts.clause(Tense::on(day, parts.validity)))
    }

    /// Formats the claim between the given ends.
    fn format(
        &self,
        from: Option<EntityIx>,
        to: Option<EntityIx>,
        text: impl FnOnce(&SentenceParts<'_>) -> String,
    ) -> String {
        let name = |end: Option<EntityIx>| end.map(|entity| self.snapshot.entity(entity).name());
        let amount = self.amount();
        let sources = self.evidence().map(|statement| {
            let statement = self.snapshot.statement(statement);
            (statement.stance(), self.snapshot.source(statement.source()).publisher())
        });
        let parts = SentenceParts {
            from: name(from),
            kind: self.kind(),
            to: name(to),
            unknown: self.unknown(),
            role: self.role(),
            status: self.status(),
            validity: self.validity(),
            share: self.share(),
            directness: self.directness(),
            amount: amount.as_ref(),
            disputed: self.disputed(),
            last_stated_on: self.last_stated_on(),
            sources: sources.collect(),
        };
        text(&parts)
    }
}
