//! The attributes that rows are known to have, the short ones first: see [`place`]. What is not among them is listed as unknown; what is among
//! them and not read (profit and loss, accruals, a bond's serial number) is of no use here.

pub(super) const QUERY: &[&str] = &["type", "queryName"];

pub(super) const STATEMENTS: &[&str] = &["count"];

pub(super) const STATEMENT: &[&str] = &[
    "model", "period", "toDate", "fromDate", "accountId", "acctAlias", "whenGenerated",
];

pub(super) const ACCOUNT: &[&str] = &[
    "city", "name", "model", "state", "street", "country", "street2", "currency", "ibEntity", "accountId", "acctAlias",
    "dateClosed", "dateFunded", "dateOpened", "masterName", "postalCode", "accountType", "customerType", "primaryEmail",
    "streetAddress", "accountRepName", "lastTradedDate", "streetAddress2", "accountRepPhone", "registeredRepName",
    "registeredRepPhone", "tradingPermissions", "accountCapabilities", "cityResidentialAddress",
    "stateResidentialAddress", "streetResidentialAddress", "countryResidentialAddress", "street2ResidentialAddress",
    "postalCodeResidentialAddress",
];

/// Of executions, orders and confirmations alike.
pub(super) const TRADE: &[&str] = &[
    "rtn", "tax", "code", "cost", "date", "figi", "isin", "conid", "cusip", "fxPnl", "model", "notes", "price", "rfqID",
    "sedol", "taxes", "amount", "execID", "expiry", "issuer", "mtmPnl", "strike", "symbol", "weight", "blockID",
    "buySell", "netCash", "orderID", "putCall", "tradeID", "currency", "dateTime", "exchange", "fineness", "ibExecID",
    "proceeds", "quantity", "traderID", "accountId", "acctAlias", "extExecID", "ibOrderID", "orderTime", "orderType",
    "tradeDate", "tradeTime", "accruedInt", "clearingID", "closePrice", "commission", "isAPIOrder", "multiplier",
    "reportDate", "securityID", "settleDate", "tradeMoney", "tradePrice", "allocatedTo", "description", "exchOrderId",
    "origOrderID", "origTradeID", "subCategory", "deliveryType", "fxRateToBase", "ibCommission", "openDateTime",
    "serialNumber", "whenRealized", "whenReopened", "assetCategory", "changeInPrice", "commodityType", "levelOfDetail",
    "netCashInBase", "origTradeDate", "regulatoryFee", "transactionID", "clearingFirmID", "orderReference",
    "origTradePrice", "relatedTradeID", "securityIDType", "capitalGainsPnl", "fifoPnlRealized", "listingExchange",
    "otherCommission", "transactionType", "underlyingConid", "brokerageOrderID", "changeInQuantity", "positionActionID",
    "settleDateTarget", "underlyingSymbol", "initialInvestment", "issuerCountryCode", "origTransactionID",
    "commissionCurrency", "openCloseIndicator", "volatilityOrderLink", "awayBrokerCommission", "ibCommissionCurrency",
    "relatedTransactionID", "underlyingSecurityID", "holdingPeriodDateTime", "principalAdjustFactor",
    "brokerClearingCommission", "brokerExecutionCommission", "underlyingListingExchange",
    "thirdPartyClearingCommission", "thirdPartyExecutionCommission", "thirdPartyRegulatoryCommission",
];

pub(super) const CASH: &[&str] = &[
    "code", "date", "figi", "isin", "type", "conid", "cusip", "model", "sedol", "amount", "exDate", "expiry", "issuer",
    "strike", "symbol", "weight", "putCall", "tradeID", "actionID", "currency", "dateTime", "fineness", "accountId",
    "acctAlias", "multiplier", "reportDate", "securityID", "settleDate", "description", "subCategory", "deliveryType",
    "fxRateToBase", "serialNumber", "assetCategory", "commodityType", "levelOfDetail", "transactionID",
    "securityIDType", "clientReference", "listingExchange", "underlyingConid", "underlyingSymbol", "issuerCountryCode",
    "underlyingSecurityID", "principalAdjustFactor", "availableForTradingDate", "underlyingListingExchange",
];

pub(super) const POSITION: &[&str] = &[
    "code", "figi", "isin", "side", "conid", "cusip", "model", "sedol", "expiry", "issuer", "strike", "symbol",
    "weight", "putCall", "currency", "fineness", "position", "accountId", "acctAlias", "markPrice", "openPrice",
    "accruedInt", "multiplier", "reportDate", "securityID", "description", "subCategory", "vestingDate", "deliveryType",
    "fxRateToBase", "openDateTime", "percentOfNAV", "serialNumber", "assetCategory", "commodityType", "levelOfDetail",
    "positionValue", "costBasisMoney", "costBasisPrice", "securityIDType", "listingExchange", "underlyingConid",
    "underlyingSymbol", "unrealizedlFxPnl", "fifoPnlUnrealized", "issuerCountryCode", "originatingOrderID",
    "positionValueInBase", "underlyingSecurityID", "holdingPeriodDateTime", "principalAdjustFactor",
    "originatingTransactionID", "underlyingListingExchange", "unrealizedCapitalGainsPnl",
];

/// Of a currency's cash; the flows between the ends are told once more in the other sections, see [`is_cash_flow`].
pub(super) const BALANCE: &[&str] = &[
    "model", "toDate", "currency", "fromDate", "accountId", "acctAlias", "endingCash", "startingCash", "levelOfDetail",
    "endingSettledCash",
];

/// Of rows that are listed and not acted upon.
pub(super) const LISTED: &[&str] = &[
    "date", "type", "value", "amount", "source", "symbol", "dateTime", "proceeds", "quantity", "direction", "taxAmount",
    "reportDate", "description", "cashTransfer", "taxDescription", "transactionType", "actionDescription",
];

/// Where a name stands in one of the lists of attributes. Lengths are compared first: names that begin alike differ in them.
pub(super) fn place(names: &[&str], name: &str) -> Option<usize> {
    names.binary_search_by(|known| known.len().cmp(&name.len()).then_with(|| (*known).cmp(name))).ok()
}

const CASH_FLOWS: &[&str] = &[
    "accountTransfers", "advisorFee", "advisorFees", "avgCreditBalance", "avgDebitBalance", "billPay",
    "billableCommissions", "billableSalesTax", "bondInterest", "brokerFees", "brokerInterest", "carbonCredits",
    "cashSettlingMtm", "cfdCharges", "clientFees", "commissionCreditsRedemption", "commissions", "debitCardActivity",
    "depositWithdrawals", "deposits", "dividends", "donations", "endingCash", "endingSettledCash", "excessFundSweep",
    "externalTransfers", "feesReceivables", "fxTranslationGainLoss", "fxTranslationPnl", "insuredDepositInteres",
    "insuredDepositInterest", "internalTransfers", "ipoSubscription", "linkingAdjustments", "netTradesPurchases",
    "netTradesSales", "other", "otherFees", "otherIncome", "paxosTransfers", "paymentInLieu", "realizedForexPnl",
    "realizedForexVm", "realizedVm", "referralFee", "salesTax", "slbEndingCashCollateral", "slbNetCash",
    "slbNetSecuritiesLentActivity", "slbNetSettledCash", "slbStartingCashCollateral", "softDollars", "startingCash",
    "taxReceivables", "transactionTax", "withdrawals", "withholding871m", "withholdingCollectedTax", "withholdingTax",
];

/// Whether it is a flow of the cash report, in total or of one of its parts.
pub(super) fn is_cash_flow(name: &str) -> bool {
    let part = ["Sec", "Com", "MTD", "YTD", "Paxos", "IBUKL"].iter().find_map(|end| name.strip_suffix(end));
    [Some(name), part].into_iter().flatten().any(|name| CASH_FLOWS.binary_search(&name).is_ok())
}

/// Sections whose rows change what is held or owed and are not acted upon: each row is listed.
pub(super) const LISTED_SECTIONS: &[&str] = &[
    "CFDCharges", "CorporateActions", "DebitCardActivities", "HKIPOSubscriptionActivity", "IBGNoteTransactions",
    "OptionEAE", "SLBActivities", "SalesTaxes", "StockGrantActivities", "TradeTransfers", "TransactionTaxes", "Transfers",
    "UnbookedTrades", "UnsettledTransfers",
];

/// Sections that say in other words what the sections read here say, or what is not an account's doings.
pub(super) const PASSED_SECTIONS: &[&str] = &[
    "ChangeInDividendAccruals", "ChangeInNAV", "ChangeInPositionValues", "ClientFees", "ClientFeesDetail",
    "CommissionCredits", "ComplexPositions", "ConversionRates", "DepositsOnHold", "EquitySummaryInBase",
    "FIFOPerformanceSummaryInBase", "FdicInsuredDepositsByBank", "FxLots", "FxPositions", "FxTransactions",
    "HKIPOOpenSubscriptions", "HardToBorrowDetails", "IncentiveCouponAccrualDetails", "InterestAccruals",
    "MTDYTDPerformanceSummary", "MTMPerformanceSummaryInBase", "MutualFundDividendDetails", "NetStockPositionSummary",
    "NetStockPositions", "OpenDividendAccruals", "PendingExcercises", "PriorPeriodPositions", "RoutingCommissions",
    "SLBCollaterals", "SLBFees", "SLBOpenContracts", "SecuritiesInfo", "SoftDollars", "StmtFunds", "TierInterestDetails",
    "UnbundledCommissionDetails",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        for names in [QUERY, STATEMENTS, STATEMENT, ACCOUNT, TRADE, CASH, POSITION, BALANCE, LISTED] {
            for (at, name) in names.iter().enumerate() {
                assert_eq!(place(names, name), Some(at));
            }
        }
        for names in [CASH_FLOWS, LISTED_SECTIONS, PASSED_SECTIONS] {
            assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        }
        assert!(is_cash_flow("commissionsMTD") && is_cash_flow("dividends") && !is_cash_flow("dividendsFoo"));
    }
}
