"""Designs: every row stands alone, margins are right, strata are filled, correlations hold."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaincinv
from supplyrisk.errors import SupplyriskError
from supplyrisk.experiment import beta
from supplyrisk.experiment.designs import Design, inverse_cdf, permuted
from supplyrisk.spec.resolved import SampledColumn

GROUPS = ("a", "b", "c")


def column(name: str, kind: str = "uniform", args: tuple[float, ...] = (0.0, 1.0), group: str = "") -> SampledColumn:
    return SampledColumn(name, group or name, kind, args, 0.0)


def design(sampler: str, block: int = 64, seed: int = 3, correlations=(), columns=None) -> Design:
    return Design(columns or tuple(column(g) for g in GROUPS), tuple(correlations), sampler, seed, block)


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_any_part_of_a_design_is_the_same_made_alone(sampler):
    correlations = (("a", "c", 0.6),)
    columns = (
        column("a", "lognormal", (1.0, 0.5)),
        column("b", "pert", (0.0, 1.0, 4.0)),
        column("c", "normal", (0.0, 2.0)),
    )
    made = design(sampler, 100, correlations=correlations, columns=columns)
    whole = made.values(0, 100)
    for first, last in ((0, 1), (1, 2), (3, 50), (50, 100), (99, 100), (17, 17)):
        assert made.values(first, last).tobytes() == whole[first:last].tobytes()


@pytest.mark.parametrize("sampler", ["random", "sobol"])
def test_a_longer_batch_contains_the_shorter_one(sampler):
    assert np.array_equal(design(sampler, 64).values(0, 64), design(sampler, 1000).values(0, 64))


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_seeds_differ_and_zero_is_a_seed(sampler):
    made = [design(sampler, seed=s).values(0, 8).tobytes() for s in (0, 1, 2)]
    assert len(set(made)) == 3


@pytest.mark.parametrize("block", [1, 2, 7, 64, 1000])
def test_latin_hypercube_puts_one_run_in_each_stratum_of_each_number(block):
    cube = design("lhs", block).values(0, block)
    for j in range(cube.shape[1]):
        assert np.array_equal(np.sort((cube[:, j] * block).astype(int)), np.arange(block))


def test_latin_hypercubes_of_a_growing_batch_are_stratified_each():
    cube = design("lhs", 20).values(0, 60)
    for k in range(3):
        part = cube[20 * k : 20 * (k + 1), 0]
        assert np.array_equal(np.sort((part * 20).astype(int)), np.arange(20))
    assert not np.array_equal(np.argsort(cube[:20, 0]), np.argsort(cube[20:40, 0]))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 16, 17, 1023])
def test_permutation_is_one(size):
    numbers = np.arange(size, dtype=np.uint64)
    assert np.array_equal(np.sort(permuted(1, "x", size, numbers)), numbers)


def test_strata_of_two_numbers_are_independent():
    cube = design("lhs", 4000).values(0, 4000)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert abs(stats.spearmanr(cube[:, a], cube[:, b]).statistic) < 4.0 / np.sqrt(4000)


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
def test_margins_are_uniform(sampler):
    cube = design(sampler, 4096).values(0, 4096)
    for j in range(3):
        assert stats.kstest(cube[:, j], "uniform").pvalue > 1e-4


@pytest.mark.parametrize("sampler", ["lhs", "sobol"])
def test_what_numbers_do_one_by_one_is_integrated_far_better_than_at_random(sampler):
    """A sum of what each does alone; of a product the part that two do together is left to chance."""
    errors = {}
    for name in ("random", sampler):
        cubes = [design(name, 256, seed=s).values(0, 256) for s in range(20)]
        alone = [(cube**2).sum(axis=1).mean() - 1.0 for cube in cubes]
        together = [cube.prod(axis=1).mean() - 0.125 for cube in cubes]
        errors[name] = np.sqrt(np.mean(np.square([alone, together]), axis=1))
    assert errors[sampler][0] < 0.02 * errors["random"][0]
    assert errors[sampler][1] < 0.75 * errors["random"][1]


@pytest.mark.parametrize("m", range(4, 11))
@pytest.mark.parametrize("block", [0, 1, 5])
def test_sobol_fills_every_stratum_at_every_power_of_two(m, block):
    cube = design("sobol").cube(block << m, (block + 1) << m)
    for j in range(cube.shape[1]):
        assert np.array_equal(np.sort((cube[:, j] * (1 << m)).astype(int)), np.arange(1 << m))


def test_orders_of_a_sixteen_are_all_alike_likely():
    """Which run of sixteen gets which place, and which place two neighbours get, over many sixteens."""
    places = (design("sobol").cube(0, 16 * 4096)[:, 0] * 16).astype(int).reshape(-1, 16)
    single = np.zeros((16, 16))
    pair = np.zeros((16, 16))
    for row in places:
        single[np.arange(16), row] += 1
        pair[row[:-1:2], row[1::2]] += 1
    assert stats.chisquare(single.reshape(-1)).pvalue > 1e-4
    assert stats.chisquare(pair[~np.eye(16, dtype=bool)]).pvalue > 1e-4


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
@pytest.mark.parametrize("runs", [16, 64, 200])
def test_two_numbers_are_independent_in_small_batches_too(sampler, runs):
    """Over many seeds the product of two signs has mean 0, and that of its mean no more variance than chance gives it."""
    signs = np.sign([design(sampler, runs, seed=s).cube(0, runs) - 0.5 for s in range(400)])
    means = (signs[:, :, 0] * signs[:, :, 1]).mean(axis=1)
    assert abs(means.mean()) < 4.0 / np.sqrt(400 * runs)
    least = min(runs, 16)
    assert means.var() * runs < (least / (least - 1.0)) * (1.0 + 4.0 * np.sqrt(2.0 / 400))


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
@pytest.mark.parametrize("name", ["0", "b.more", "zz"], ids=["first", "between", "last"])
@pytest.mark.parametrize("first", [0, 37], ids=["whole", "shard"])
def test_one_more_uncertain_number_changes_no_other_draw(sampler, name, first):
    """Neither does one that is correlated with others of its own, nor one that takes the place of a certain number."""
    columns = (column("a", "lognormal", (1.0, 0.5)), column("b", "pert", (0.0, 1.0, 4.0)), column("c"), column("d"))
    correlations = (("d", "b", 0.6), ("a", "b", -0.3))
    before = design(sampler, 100, correlations=correlations, columns=columns).values(first, 100)
    more = (column(name, "normal"), *columns, column("e", "fixed", (1.0,)), column(f"{name}2"))
    for extra in ((), ((name, f"{name}2", 0.9),)):
        after = design(sampler, 100, correlations=(*extra, *correlations), columns=more).values(first, 100)
        assert after[:, 1:5].tobytes() == before.tobytes()


def test_order_of_numbers_changes_no_value():
    backwards = design("sobol", columns=tuple(column(g) for g in reversed(GROUPS)))
    assert np.array_equal(design("sobol").values(0, 32), backwards.values(0, 32)[:, ::-1])


@pytest.mark.parametrize("sampler", ["random", "lhs", "sobol"])
@pytest.mark.parametrize("rho", [-0.8, 0.3, 1.0])
def test_rank_correlation_is_the_stated_one(sampler, rho):
    n = 8192
    values = design(sampler, n, correlations=(("a", "b", rho),)).values(0, n)
    assert stats.spearmanr(values[:, 0], values[:, 1]).statistic == pytest.approx(rho, abs=0.03)
    assert abs(stats.spearmanr(values[:, 0], values[:, 2]).statistic) < 0.05
    assert stats.kstest(values[:, 1], "uniform").pvalue > 1e-4


def test_perfect_correlation_is_refused_only_if_impossible():
    with pytest.raises(SupplyriskError, match="a and b"):
        design("random", correlations=(("a", "b", 0.95), ("b", "c", 0.95), ("a", "c", -0.95))).values(0, 4)


def test_numbers_of_a_group_share_their_quantile():
    columns = (column("x", "uniform", (0.0, 10.0), "g"), column("y", "uniform", (5.0, 6.0), "g"))
    values = design("random", columns=columns).values(0, 50)
    assert values[:, 0] / 10.0 == pytest.approx(values[:, 1] - 5.0)


@pytest.mark.parametrize(
    ("kind", "args", "reference"),
    [
        ("uniform", (2.0, 5.0), stats.uniform(2.0, 3.0)),
        ("triangular", (1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0)),
        ("triangular", (1.0, 1.0, 5.0), stats.triang(0.0, 1.0, 4.0)),
        ("pert", (1.0, 2.0, 5.0), stats.beta(2.0, 4.0, 1.0, 4.0)),
        ("normal", (3.0, 0.5), stats.norm(3.0, 0.5)),
        ("lognormal", (1.0, 0.4), stats.lognorm(0.4, scale=np.exp(1.0))),
    ],
)
def test_inverse_cdf_against_scipy(kind, args, reference):
    u = np.linspace(0.001, 0.999, 97)
    assert inverse_cdf(column("x", kind, args), u) == pytest.approx(reference.ppf(u), rel=1e-9)


def test_beta_quantiles_are_right_from_end_to_end_and_rise():
    rng = np.random.default_rng(5)
    near_ends = 2.0 ** -np.arange(1.0, 55.0)
    u = np.sort(np.concatenate([rng.random(2000), near_ends, 1.0 - near_ends[:53]]))
    shapes = [beta.shape(0.0, mode, 1.0) for mode in (0.0, 1e-6, *rng.random(40), 0.5, 1.0 - 1e-6, 1.0)]
    found = beta.quantiles(np.repeat(u[:, None], len(shapes), axis=1), shapes)
    exact = np.stack([betaincinv(a, b, u) for a, b in shapes], axis=1)
    assert np.abs(found - exact).max() < beta.ERROR
    assert np.diff(found, axis=0).min() > -beta.ERROR


def test_numbers_of_a_group_and_shape_are_those_made_alone():
    args = {"x": (0.0, 1.0, 4.0), "y": (10.0, 11.0, 14.0), "z": (0.0, 2.0, 4.0), "point": (2.0, 2.0, 2.0)}
    made = design("lhs", 50, columns=tuple(column(name, "pert", each, "g") for name, each in args.items()))
    u = made.cube(0, 50)[:, 0]
    for j, (name, each) in enumerate(args.items()):
        assert made.values(0, 50)[:, j].tobytes() == inverse_cdf(column(name, "pert", each), u).tobytes()


def test_discrete_values_come_with_their_probabilities():
    values = inverse_cdf(column("x", "discrete", (1.0, 0.2, 5.0, 0.5, 9.0, 0.3)), (np.arange(100) + 0.5) / 100)
    assert [int(np.count_nonzero(values == v)) for v in (1.0, 5.0, 9.0)] == [20, 50, 30]


def test_draws_stay_within_their_bounds():
    bounded = SampledColumn("x", "x", "normal", (0.5, 1.0), 0.5, 0.0, 1.0)
    values = design("random", columns=(bounded,)).values(0, 500)
    assert values.min() == 0.0
    assert values.max() == 1.0


def test_fixed_numbers_and_no_numbers():
    assert np.array_equal(design("sobol", columns=(column("x", "fixed", (3.0,)),)).values(0, 4), np.full((4, 1), 3.0))
    assert Design((), (), "sobol", 0, 4).values(0, 4).shape == (4, 0)
