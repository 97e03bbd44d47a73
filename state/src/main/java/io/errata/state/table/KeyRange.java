package io.errata.state.table;

import java.io.Serializable;

/**
 * A half-open range of a key column that a window's buckets lie in, so that no other rows need to
 * be read.
 *
 * @param column a key column of type DATE, TIMESTAMP, INT or LONG
 * @param from a value of the column's type, inclusive
 * @param to a value of the column's type, exclusive
 */
public record KeyRange(String column, Serializable from, Serializable to) implements Serializable {}
