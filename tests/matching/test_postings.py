import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import HashingVectorizer

from service.matching.compiled.grams import gram_columns
from service.matching.compiled.products import add_products
from service.matching.exact import integer_rows, row_of
from service.matching.postings import Postings
from service.matching.ragged import Ragged
from service.matching.words import normalised

rows_given = st.lists(
    st.dictionaries(st.integers(0, 9), st.integers(-3, 2**33).filter(bool), max_size=5),
    min_size=1,
    max_size=6,
)


def _products(postings, terms, count):
    columns = np.array(sorted(terms), dtype=np.int64)
    sums = np.zeros(count, dtype=np.int64)
    add_products(postings, columns, np.array([terms[c] for c in sorted(terms)], dtype=np.int64), sums)
    return sums


@given(rows=rows_given, terms=st.dictionaries(st.integers(0, 12), st.integers(-5, 5), max_size=6))
def test_products_from_postings_are_those_of_the_matrix(rows, terms):
    matrix = integer_rows(rows, 13)
    asked = np.array([terms.get(column, 0) for column in range(13)])
    assert _products(Postings.of(matrix), terms, len(rows)).tolist() == (matrix @ asked).tolist()


def test_values_take_four_bytes_where_they_fit():
    assert Postings.of(integer_rows([{0: 2**31 - 1}], 1)).values.dtype == np.int32
    assert Postings.of(integer_rows([{0: 2**31}], 1)).values.dtype == np.int64


def test_sets_of_codes_are_a_matrix_of_ones():
    postings = Postings.of(Ragged(np.array([7, 9, 7]), np.array([0, 2, 2, 3])))
    assert _products(postings, {7: 1, 8: 1}, 3).tolist() == [1, 0, 1]


def test_a_matrix_without_rows_has_no_postings():
    assert [len(part) for part in Postings.of(integer_rows([], 3))] == [0, 1, 0, 0]


@given(rows=rows_given, data=st.data())
def test_one_row_of_a_matrix_is_what_scipy_takes_out_of_it(rows, data):
    matrix = csr_array(integer_rows(rows, 10))
    row = data.draw(st.integers(0, len(rows) - 1))
    assert row_of(matrix, row).shape == (1, 10)
    assert row_of(matrix, row).toarray().tolist() == matrix[[row]].toarray().tolist()


@given(text=st.text(), width=st.sampled_from([7, 2**20, 2**31 - 1]))
def test_hashed_runs_of_characters_are_those_of_scikit_learn(text, width):
    clean = normalised(text)
    hasher = HashingVectorizer(
        analyzer="char",
        ngram_range=(2, 3),
        n_features=width,
        lowercase=False,
        alternate_sign=False,
        norm=None,
    )
    expected = csr_array(hasher.transform([clean]))
    octets = np.frombuffer(clean.encode() if clean.strip() else b"", dtype=np.uint8)
    columns, counts = np.unique(gram_columns(octets, 2, 3, width), return_counts=True)
    assert columns.tolist() == sorted(expected.indices.tolist())
    found = dict(zip(expected.indices.tolist(), expected.data.tolist(), strict=True))
    assert counts.tolist() == [found[column] for column in columns.tolist()]
