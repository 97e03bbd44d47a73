package io.errata.connectors;

import java.io.Serializable;

/**
 * A part of the window that the source no longer holds, or could not give.
 *
 * @param input the file, folder or partition
 * @param reason what is missing, with rows or offsets
 */
public record Gap(String input, String reason) implements Serializable {}
