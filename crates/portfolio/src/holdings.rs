use allweather_core::{AssetId, Weights};
use allweather_rebalance::Rule;
use serde::{Deserialize, Serialize};

use crate::PortfolioError;

/// What a portfolio or a vault is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// An asset, by its name in the price panel.
    Asset(AssetId),
    /// A portfolio of its own. Vaults own their vaults, so that none can contain itself.
    Vault(Box<Vault>),
}

impl Part {
    /// The name of the asset or the vault.
    #[must_use]
    pub fn name(&self) -> &AssetId {
        match self {
            Self::Asset(asset) => asset,
            Self::Vault(vault) => &vault.name,
        }
    }
}

/// A portfolio within a portfolio: its parts, and a rule of its own by which it is rebalanced.
///
/// ```
/// use allweather_portfolio::{Part, Spec};
/// let spec = Spec::from_json(r#"{
///     "name": "equities by region, and gold", "capital": 1000000,
///     "holdings": [
///         {"asset": "gold", "weight": 0.2},
///         {"vault": {
///             "name": "equities",
///             "holdings": [{"asset": "us_equity", "weight": 0.6}, {"asset": "jp_equity", "weight": 0.4}],
///             "rule": {"calendar": {"every": "month", "on": "end"}}
///         }, "weight": 0.8}
///     ],
///     "rule": {"calendar": {"every": "year", "on": "end"}}
/// }"#)?;
/// assert!(matches!(&spec.holdings.as_slice()[1].part, Part::Vault(vault) if vault.name.as_str() == "equities"));
/// # Ok::<(), allweather_portfolio::PortfolioError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// What the reports call it; unique among the vaults of a portfolio.
    pub name: AssetId,
    /// Its assets and vaults with their strategic weights.
    pub holdings: Holdings,
    /// When it is rebalanced.
    pub rule: Rule,
}

/// One asset or vault and its strategic weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Holding {
    /// What is held.
    pub part: Part,
    /// Its weight, a fraction.
    pub weight: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asset: Option<AssetId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vault: Option<Box<Vault>>,
    weight: f64,
}

impl Holding {
    /// An asset.
    #[must_use]
    pub fn asset(asset: AssetId, weight: f64) -> Self {
        Self { part: Part::Asset(asset), weight }
    }

    /// A vault.
    #[must_use]
    pub fn vault(vault: Vault, weight: f64) -> Self {
        Self { part: Part::Vault(Box::new(vault)), weight }
    }
}

impl TryFrom<Wire> for Holding {
    type Error = PortfolioError;
    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let part = match (wire.asset, wire.vault) {
            (Some(asset), None) => Part::Asset(asset),
            (None, Some(vault)) => Part::Vault(vault),
            _ => return Err(PortfolioError::NeitherAssetNorVault),
        };
        Ok(Self { part, weight: wire.weight })
    }
}

impl From<Holding> for Wire {
    fn from(holding: Holding) -> Self {
        let (asset, vault) = match holding.part {
            Part::Asset(asset) => (Some(asset), None),
            Part::Vault(vault) => (None, Some(vault)),
        };
        Self { asset, vault, weight: holding.weight }
    }
}

/// Assets and vaults with weights that add up to 1, each once. Their order is the universe order of the run.
///
/// An asset may be held in several vaults: each keeps its own, and orders of one day are netted across them before anything
/// trades.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Holding>", into = "Vec<Holding>")]
pub struct Holdings(Vec<Holding>);

impl Holdings {
    /// Holdings from parts and weights.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Weights`] when the weights are no weights, [`PortfolioError::Repeated`] when an asset appears twice or a
    /// vault's name is that of another vault, at any depth, or of an asset beside it, [`PortfolioError::VaultName`] when a vault's name has
    /// a `/`, which stands between the names of vaults and assets.
    pub fn new(mut holdings: Vec<Holding>) -> Result<Self, PortfolioError> {
        Weights::new(holdings.iter().map(|h| h.weight).collect())?;
        let repeated = |asset: &AssetId| PortfolioError::Repeated { asset: asset.clone() };
        for (i, holding) in holdings.iter().enumerate() {
            let name = holding.part.name();
            if holdings[..i].iter().any(|h| h.part.name() == name) {
                return Err(repeated(name));
            }
        }
        let mut vaults = Vec::new();
        collect_vaults(&holdings, &mut vaults);
        if let Some(vault) = vaults.iter().find(|vault| vault.name.as_str().contains('/')) {
            return Err(PortfolioError::VaultName { vault: vault.name.clone() });
        }
        let mut paths = Vec::new();
        collect_paths(&holdings, None, &mut paths);
        paths.sort_unstable();
        if let Some(twice) = paths.windows(2).find_map(|pair| (pair[0] == pair[1]).then_some(&pair[0])) {
            return Err(repeated(twice));
        }
        let mut names: Vec<&AssetId> = vaults.into_iter().map(|vault| &vault.name).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(repeated(twice[0]));
        }
        for holding in &mut holdings {
            // Adding nothing turns −0 into 0: they are equal, so they are written alike.
            holding.weight += 0.0;
        }
        Ok(Self(holdings))
    }

    /// The holdings, in universe order.
    #[must_use]
    pub fn as_slice(&self) -> &[Holding] {
        &self.0
    }

    /// Every asset that is held, also within vaults, with its weight in the whole: the product of the weights on the way down.
    /// Depth first; an asset of two vaults appears twice.
    #[must_use]
    pub fn look_through(&self) -> Vec<(&AssetId, f64)> {
        let mut found = Vec::new();
        self.collect(1.0, &mut found);
        found
    }

    /// Every vault, each before those in it.
    #[must_use]
    pub fn vaults(&self) -> Vec<&Vault> {
        let mut found = Vec::new();
        collect_vaults(&self.0, &mut found);
        found
    }

    fn collect<'a>(&'a self, of: f64, found: &mut Vec<(&'a AssetId, f64)>) {
        for holding in &self.0 {
            let weight = of * holding.weight;
            match &holding.part {
                Part::Asset(asset) => found.push((asset, weight)),
                Part::Vault(vault) => vault.holdings.collect(weight, found),
            }
        }
    }
}

fn collect_vaults<'a>(holdings: &'a [Holding], found: &mut Vec<&'a Vault>) {
    for holding in holdings {
        if let Part::Vault(vault) = &holding.part {
            found.push(vault);
            collect_vaults(vault.holdings.as_slice(), found);
        }
    }
}

/// The names that the record gives to assets.
fn collect_paths(holdings: &[Holding], vault: Option<&AssetId>, found: &mut Vec<AssetId>) {
    for holding in holdings {
        let name = holding.part.name();
        let path = vault.map_or_else(|| name.clone(), |vault| name.within(vault));
        match &holding.part {
            Part::Asset(_) => found.push(path),
            Part::Vault(inner) => collect_paths(inner.holdings.as_slice(), Some(&path), found),
        }
    }
}

impl TryFrom<Vec<Holding>> for Holdings {
    type Error = PortfolioError;
    fn try_from(holdings: Vec<Holding>) -> Result<Self, Self::Error> {
        Self::new(holdings)
    }
}

impl From<Holdings> for Vec<Holding> {
    fn from(holdings: Holdings) -> Self {
        holdings.0
    }
}
