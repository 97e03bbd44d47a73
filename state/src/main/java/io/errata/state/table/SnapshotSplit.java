package io.errata.state.table;

import java.io.Serializable;

/**
 * A part of a snapshot that one reader reads, wherever it runs.
 *
 * @param id distinct within the snapshot
 * @param snapshot what the store needs to see the same moment
 * @param part what the store needs to find the part
 */
public record SnapshotSplit(String id, String snapshot, String part) implements Serializable {}
