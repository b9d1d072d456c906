//! The kinds of data issues and their severity.

use crate::model::catalog;

catalog! {
    /// A possible fault in the data. The checks cover the records in the view: request `ever: true` for all times.
    pub enum DataIssueKind as "a kind of data issue" {
        /// Holders that together have over 100 % of one basis (capital, votes or profit) of an entity at the same time, by
        /// the low ends of their shares. Concurrent OWNS between the same two count once, with the lowest of their low ends; a
        /// disputed or unknown share has the low end 0; undisclosed holders do not count, as they may be the same as disclosed
        /// ones. Indirect claims do not count, nor do claims that ended at an unknown time. Only ACTIVE relationships unless the
        /// view names statuses.
        SharesOver100 = "SHARES_OVER_100",
        /// An indirect claim that does not match the chain it summarizes: the holding through others, computed along two or more
        /// direct claims of the same basis, lies outside the claimed range. ultimateOwners then uses the chain. Only ACTIVE
        /// relationships unless the view names statuses; with `ever`, they may be from different times.
        IndirectMismatch = "INDIRECT_MISMATCH",
        /// Entities that own, control or consolidate each other in a circle, or themselves. One issue for all members of connected
        /// circles, regardless of their number. With `ever`, the relationships may be from different times. Only ACTIVE
        /// relationships unless the view names statuses.
        OwnershipCycle = "OWNERSHIP_CYCLE",
        /// A dissolved entity with relationships that hold after its dissolution; or an INACTIVE one without a date, with
        /// relationships without an end. A dissolution after the day of the view, or with `ever` after today, does not count.
        /// Neither do SUCCEEDED_BY and PAID. Only ACTIVE relationships unless the view names statuses.
        DissolvedParty = "DISSOLVED_PARTY",
        /// An invalid identifier of the scheme lei: not 20 letters and digits, or wrong check digits
        /// (ISO 17442, ISO 7064 MOD 97-10).
        InvalidLei = "INVALID_LEI",
        /// Dates that are impossible in every reading of imprecise ones: an end before the beginning, a relationship before one of
        /// its ends was founded or outside the days of its event, a record before the event or the statement. A relationship that
        /// ends before it begins is reported for every day of the view.
        ImpossibleDates = "IMPOSSIBLE_DATES",
        /// One identifier of several entities, independent of spelling (HRB 1234, hrb-1234): a value identifies one entity in its
        /// scheme.
        DuplicateIdentifier = "DUPLICATE_IDENTIFIER",
        /// Sources that contradict each other about one relationship: one asserts and another contradicts it, or their shares do
        /// not intersect, or their amounts differ.
        Disputed = "DISPUTED",
        /// Entities of one kind with the same name, apart from case, width, punctuation and legal form, in countries that do not
        /// differ. The name is the main or the legal name of at least one of them; former names do not count. Entities that all
        /// have LEIs or legal forms of their own count as different, and so do undisclosed parties.
        ProbableDuplicate = "PROBABLE_DUPLICATE",
        /// A relationship that no source supports, or only one, and weakly: the claim is RUMOURED or REPORTED, the source's
        /// confidence is below 0.5, it has no date, or it cannot be looked up (neither a locator nor a link). Sources that assert
        /// or assess support it.
        WeakEvidence = "WEAK_EVIDENCE",
        /// A reference to an unknown record: of a relationship that waits for an entity that no file and no record describes
        /// yet, or to a component of an indirect interest. The missing record may be imported later, in any order.
        UnresolvedReference = "UNRESOLVED_REFERENCE",
        /// An entity without any relationship, on any day, that no statement quotes.
        Unmentioned = "UNMENTIONED",
    }
}

catalog! {
    /// The severity of an issue.
    pub enum Severity as "a severity" {
        /// The data is certainly wrong.
        Error = "ERROR",
        /// Something is probably wrong or missing.
        Warning = "WARNING",
        /// The data may be right, but deserves a check.
        Notice = "NOTICE",
    }
}

catalog! {
    /// A weakness of the support for a relationship.
    pub enum Weakness as "a weakness" {
        /// No source asserts or assesses it.
        Unsupported = "UNSUPPORTED",
        /// It is RUMOURED or REPORTED.
        Unconfirmed = "UNCONFIRMED",
        /// The source's confidence is low.
        Doubtful = "DOUBTFUL",
        /// Neither the statement nor its source has a date.
        Undated = "UNDATED",
        /// Neither a place in the source nor a link to it is given.
        Untraceable = "UNTRACEABLE",
    }
}
