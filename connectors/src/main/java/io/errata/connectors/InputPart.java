package io.errata.connectors;

import java.io.Serializable;

/**
 * One file, or one partition's range of offsets, that a window is read from; or a schema that its
 * events are read by, which has no rows.
 *
 * @param name the file's path, or {@code topic-partition}, or {@code schema} and its name
 * @param first the first row or offset expected
 * @param rows how many rows or offsets are expected, or -1 where the format doesn't tell before it
 *     is read
 * @param bytes the size, or -1
 * @param generation what tells a replaced file from the one that was resolved: modification time,
 *     ETag, digest; empty where none
 */
public record InputPart(String name, long first, long rows, long bytes, String generation)
    implements Serializable {}
