//! The types of interests that one party can have in another, and their directness: the code list of the Beneficial Ownership
//! Data Standard 0.4. The only place that defines which of them give control of a company.

use crate::model::catalog::catalog;

catalog! {
    /// The type of an interest in a company, for OWNS and CONTROLS: the code list of the Beneficial Ownership Data Standard 0.4.
    pub enum Interest as "a type of interest" {
        /// Shares, or capital in another form.
        Shareholding = "SHAREHOLDING",
        /// Votes in the general meeting.
        VotingRights = "VOTING_RIGHTS",
        /// The right to appoint or remove most of the board. It gives control.
        AppointmentOfBoard = "APPOINTMENT_OF_BOARD",
        /// Other influence or control, of unknown weight.
        OtherInfluenceOrControl = "OTHER_INFLUENCE_OR_CONTROL",
        /// A senior managing official, named if no owner can be.
        SeniorManagingOfficial = "SENIOR_MANAGING_OFFICIAL",
        /// Settled a trust.
        Settlor = "SETTLOR",
        /// Trustee of a trust.
        Trustee = "TRUSTEE",
        /// Protector of a trust.
        Protector = "PROTECTOR",
        /// Beneficiary of a trust or a similar arrangement.
        BeneficiaryOfLegalArrangement = "BENEFICIARY_OF_LEGAL_ARRANGEMENT",
        /// The remaining assets on dissolution.
        RightsToSurplusAssetsOnDissolution = "RIGHTS_TO_SURPLUS_ASSETS_ON_DISSOLUTION",
        /// A part of the profit or the income.
        RightsToProfitOrIncome = "RIGHTS_TO_PROFIT_OR_INCOME",
        /// Rights by a contract, of unknown weight.
        RightsGrantedByContract = "RIGHTS_GRANTED_BY_CONTRACT",
        /// Rights by a contract that depend on a condition.
        ConditionalRightsGrantedByContract = "CONDITIONAL_RIGHTS_GRANTED_BY_CONTRACT",
        /// Control by the company's rules or articles. It gives control.
        ControlViaCompanyRulesOrArticles = "CONTROL_VIA_COMPANY_RULES_OR_ARTICLES",
        /// Control by the law. It gives control.
        ControlByLegalFramework = "CONTROL_BY_LEGAL_FRAMEWORK",
        /// A member of the board.
        BoardMember = "BOARD_MEMBER",
        /// The chair of the board.
        BoardChair = "BOARD_CHAIR",
        /// The source does not know the type.
        UnknownInterest = "UNKNOWN_INTEREST",
        /// The source does not publish the type.
        UnpublishedInterest = "UNPUBLISHED_INTEREST",
        /// The use of assets.
        EnjoymentAndUseOfAssets = "ENJOYMENT_AND_USE_OF_ASSETS",
        /// The income from assets.
        RightToProfitOrIncomeFromAssets = "RIGHT_TO_PROFIT_OR_INCOME_FROM_ASSETS",
        /// Holds for another.
        Nominee = "NOMINEE",
        /// Has another hold for it.
        Nominator = "NOMINATOR",
    }
}

impl Interest {
    /// Whether its holder controls the company, independent of shares: all other interests give influence or money.
    #[must_use]
    pub fn decides(self) -> bool {
        matches!(
            self,
            Self::AppointmentOfBoard | Self::ControlViaCompanyRulesOrArticles | Self::ControlByLegalFramework
        )
    }
}

catalog! {
    /// Whether an interest is held directly or through others.
    pub enum Directness as "a directness" {
        /// Held directly.
        Direct = "DIRECT",
        /// Held through others: the claim summarizes a chain, and is never added to it.
        Indirect = "INDIRECT",
        /// The source does not state it; counts as direct.
        Unknown = "UNKNOWN",
    }
}

impl Directness {
    /// The default, which is not stored.
    #[must_use]
    pub fn unknown() -> Self {
        Self::Unknown
    }

    /// Whether it is the default.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}
