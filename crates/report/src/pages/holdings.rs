use allweather_core::AssetId;
use allweather_portfolio::{Holdings, LateAssets, Part};

use crate::{Block, Page, ReportError, Table, Value, Words, run::Run, words::words};

mod parts;
mod profit;
mod rule;
mod weights;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "holdings",
        Words::new("Holdings", "組入比率"),
        if run.record.is_actual() {
            Words::new(
                "What the spec says is to be held, what the account did hold, and which assets its profit came from.",
                "仕様が定める資産と比率、実口座の実際の推移、そして損益の資産別内訳です。",
            )
        } else {
            Words::new(
                "What the portfolio is to hold, what it did hold, by which rule it is kept there, and which assets the profit came from.",
                "ポートフォリオが保有すべき資産と比率、実際の推移、比率を保つルール、そして損益の資産別内訳です。",
            )
        },
    );
    page.section(
        "strategic",
        Words::new("Strategic weights", "目標組入比率"),
        vec![parts::table(run).into(), rule::table(run).into()],
    );
    page.section("over-time", Words::new("Weights over time", "組入比率の推移"), weights::blocks(run));
    page.section("late", Words::new("Late assets", "途中から加わる資産"), late(run));
    page.section("profit", Words::new("Profit by asset", "資産別損益"), vec![profit::table(run).into()]);
    Ok(page)
}

/// An asset of the universe: its name in the record, its name in the price panel, its strategic weight in the whole.
struct Asset {
    path: AssetId,
    id: AssetId,
    weight: f64,
}

/// The assets in universe order.
fn assets(run: &Run<'_>) -> Vec<Asset> {
    let found = run.record.spec().holdings.look_through();
    // An account may hold more than the spec does.
    let outside = run.record.universe().get(found.len()..).unwrap_or_default().iter().map(|id| (id, 0.0));
    let rows = run.record.universe().iter().zip(found.into_iter().chain(outside));
    rows.map(|(path, (id, weight))| Asset { path: path.clone(), id: id.clone(), weight }).collect()
}

/// Every part of the spec from the top down: its path, the part, its weight in its holder, its weight in the whole.
fn walk<'a>(
    holdings: &'a Holdings,
    within: Option<&AssetId>,
    of: f64,
    found: &mut Vec<(AssetId, &'a Part, f64, f64)>,
) {
    for holding in holdings.as_slice() {
        let name = holding.part.name();
        let path = within.map_or_else(|| name.clone(), |vault| name.within(vault));
        let whole = of * holding.weight;
        found.push((path.clone(), &holding.part, holding.weight, whole));
        if let Part::Vault(vault) = &holding.part {
            walk(&vault.holdings, Some(&path), whole, found);
        }
    }
}

/// The steps at which an asset has its first price, in the run.
fn late(run: &Run<'_>) -> Vec<Block> {
    let panel = run.sources.market.prices();
    let Some(start) = run.steps.first() else { return Vec::new() };
    let mut table = Table::new(
        "late_assets",
        Words::new("Assets whose prices begin after the run does", "実行開始後に価格が始まる資産"),
        [
            ("asset", Words::new("asset", "資産")),
            ("weight", Words::new("strategic weight", "目標組入比率")),
            ("first_price", Words::new("first price", "最初の価格")),
            ("first_held", Words::new("held from", "保有開始")),
        ],
    );
    for (place, asset) in assets(run).into_iter().enumerate() {
        let since = panel.position(&asset.id).and_then(|position| {
            let levels = panel.levels(position).iter().zip(panel.dates());
            let in_run = levels.filter(|(_, day)| **day >= start.date);
            in_run.clone().find(|(level, _)| level.is_some()).map(|(_, day)| *day)
        });
        if since == Some(start.date) {
            continue;
        }
        let held = run.steps.iter().find(|step| step.after.get(place).is_some_and(|value| *value > 0.0));
        let never = || Words::new("not within the run", "期間内になし");
        table.row([
            Value::Name(asset.path.to_string()),
            Value::Percent(asset.weight),
            since.map_or_else(|| Value::Missing(never()), Value::Date),
            held.map_or_else(|| Value::Missing(never()), |step| Value::Date(step.date)),
        ]);
    }
    if table.rows.is_empty() {
        let day = start.date;
        return vec![Block::Paragraph(words!(
            "Every asset has a price on the first day, {day}: none came in later.",
            "全ての資産に初日（{day}）から価格があり、途中から加わった資産はありません。"
        ))];
    }
    let meaning = match run.record.spec().late_assets {
        _ if run.record.is_actual() => Words::new(
            "The account holds these from its own fills on, whatever the spec says of assets whose prices begin late.",
            "価格が途中から始まる資産について仕様がどう定めていても、実口座では約定により購入したときから保有します。",
        ),
        LateAssets::LeaveOut => Words::new(
            "The spec leaves such an asset out until its first price; until then the others share its weight in proportion, and nothing stands \
             in for it. It is bought when the rule trades next.",
            "仕様により、最初の価格が出るまでその資産を除外します。それまでは他の資産が比率に応じて分け合い、代わりの資産は置きません。購入は次にルールが売買するときです。",
        ),
        LateAssets::Refuse => Words::new(
            "The spec refuses a run in which an asset that is wanted has no price on the first day: these have a weight of 0.",
            "仕様では、組み入れるべき資産に初日の価格がない実行は拒否されます。ここに挙がる資産の比率は0です。",
        ),
    };
    let table = table.with_note(Words::new(
        "The first price is the first within the run; the asset is held from the first step at which anything of it was bought.",
        "最初の価格は実行期間内の最初のもの、保有開始は最初に購入されたステップです。",
    ));
    vec![Block::Paragraph(meaning), table.into()]
}
