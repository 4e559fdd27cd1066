//! The attributes that rows are known to have, in alphabetical order. What is not among them is listed as unknown; what is among
//! them and not read (profit and loss, accruals, a bond's serial number) is of no use here.

pub(super) const QUERY: &[&str] = &["queryName", "type"];

pub(super) const STATEMENTS: &[&str] = &["count"];

pub(super) const STATEMENT: &[&str] = &["accountId", "acctAlias", "fromDate", "model", "period", "toDate", "whenGenerated"];

pub(super) const ACCOUNT: &[&str] = &[
    "accountCapabilities", "accountId", "accountRepName", "accountRepPhone", "accountType", "acctAlias", "city",
    "cityResidentialAddress", "country", "countryResidentialAddress", "currency", "customerType", "dateClosed", "dateFunded",
    "dateOpened", "ibEntity", "lastTradedDate", "masterName", "model", "name", "postalCode", "postalCodeResidentialAddress",
    "primaryEmail", "registeredRepName", "registeredRepPhone", "state", "stateResidentialAddress", "street", "street2",
    "street2ResidentialAddress", "streetAddress", "streetAddress2", "streetResidentialAddress", "tradingPermissions",
];

/// Of executions, orders and confirmations alike.
pub(super) const TRADE: &[&str] = &[
    "accountId", "accruedInt", "acctAlias", "allocatedTo", "amount", "assetCategory", "awayBrokerCommission", "blockID",
    "brokerClearingCommission", "brokerExecutionCommission", "brokerageOrderID", "buySell", "capitalGainsPnl",
    "changeInPrice", "changeInQuantity", "clearingFirmID", "clearingID", "closePrice", "code", "commission",
    "commissionCurrency", "commodityType", "conid", "cost", "currency", "cusip", "date", "dateTime", "deliveryType",
    "description", "exchOrderId", "exchange", "execID", "expiry", "extExecID", "fifoPnlRealized", "figi", "fineness",
    "fxPnl", "fxRateToBase", "holdingPeriodDateTime", "ibCommission", "ibCommissionCurrency", "ibExecID", "ibOrderID",
    "initialInvestment", "isAPIOrder", "isin", "issuer", "issuerCountryCode", "levelOfDetail", "listingExchange", "model",
    "mtmPnl", "multiplier", "netCash", "netCashInBase", "notes", "openCloseIndicator", "openDateTime", "orderID",
    "orderReference", "orderTime", "orderType", "origOrderID", "origTradeDate", "origTradeID", "origTradePrice",
    "origTransactionID", "otherCommission", "positionActionID", "price", "principalAdjustFactor", "proceeds", "putCall",
    "quantity", "regulatoryFee", "relatedTradeID", "relatedTransactionID", "reportDate", "rfqID", "rtn", "securityID",
    "securityIDType", "sedol", "serialNumber", "settleDate", "settleDateTarget", "strike", "subCategory", "symbol", "tax",
    "taxes", "thirdPartyClearingCommission", "thirdPartyExecutionCommission", "thirdPartyRegulatoryCommission", "tradeDate",
    "tradeID", "tradeMoney", "tradePrice", "tradeTime", "traderID", "transactionID", "transactionType", "underlyingConid",
    "underlyingListingExchange", "underlyingSecurityID", "underlyingSymbol", "volatilityOrderLink", "weight", "whenRealized",
    "whenReopened",
];

pub(super) const CASH: &[&str] = &[
    "accountId", "acctAlias", "actionID", "amount", "assetCategory", "availableForTradingDate", "clientReference", "code",
    "commodityType", "conid", "currency", "cusip", "date", "dateTime", "deliveryType", "description", "exDate", "expiry",
    "figi", "fineness", "fxRateToBase", "isin", "issuer", "issuerCountryCode", "levelOfDetail", "listingExchange", "model",
    "multiplier", "principalAdjustFactor", "putCall", "reportDate", "securityID", "securityIDType", "sedol", "serialNumber",
    "settleDate", "strike", "subCategory", "symbol", "tradeID", "transactionID", "type", "underlyingConid",
    "underlyingListingExchange", "underlyingSecurityID", "underlyingSymbol", "weight",
];

pub(super) const POSITION: &[&str] = &[
    "accountId", "accruedInt", "acctAlias", "assetCategory", "code", "commodityType", "conid", "costBasisMoney",
    "costBasisPrice", "currency", "cusip", "deliveryType", "description", "expiry", "fifoPnlUnrealized", "figi", "fineness",
    "fxRateToBase", "holdingPeriodDateTime", "isin", "issuer", "issuerCountryCode", "levelOfDetail", "listingExchange",
    "markPrice", "model", "multiplier", "openDateTime", "openPrice", "originatingOrderID", "originatingTransactionID",
    "percentOfNAV", "position", "positionValue", "positionValueInBase", "principalAdjustFactor", "putCall", "reportDate",
    "securityID", "securityIDType", "sedol", "serialNumber", "side", "strike", "subCategory", "symbol", "underlyingConid",
    "underlyingListingExchange", "underlyingSecurityID", "underlyingSymbol", "unrealizedCapitalGainsPnl",
    "unrealizedlFxPnl", "vestingDate", "weight",
];

/// Of a currency's cash; the flows between the ends are told once more in the other sections, see [`is_cash_flow`].
pub(super) const BALANCE: &[&str] = &[
    "accountId", "acctAlias", "currency", "endingCash", "endingSettledCash", "fromDate", "levelOfDetail", "model",
    "startingCash", "toDate",
];

/// Of rows that are listed and not acted upon.
pub(super) const LISTED: &[&str] = &[
    "actionDescription", "amount", "cashTransfer", "date", "dateTime", "description", "direction", "proceeds", "quantity",
    "reportDate", "source", "symbol", "taxAmount", "taxDescription", "transactionType", "type", "value",
];

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
        let lists = [
            QUERY, STATEMENTS, STATEMENT, ACCOUNT, TRADE, CASH, POSITION, BALANCE, LISTED, CASH_FLOWS, LISTED_SECTIONS,
            PASSED_SECTIONS,
        ];
        for names in lists {
            assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        }
        assert!(is_cash_flow("commissionsMTD") && is_cash_flow("dividends") && !is_cash_flow("dividendsFoo"));
    }
}
