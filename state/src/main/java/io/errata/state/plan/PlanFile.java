package io.errata.state.plan;

import java.io.Serializable;

/**
 * A file of a plan.
 *
 * @param path relative to the plan's folder
 * @param rows or 0 where it isn't made of rows
 * @param bytes its size
 * @param sha256 64 hexadecimal digits over its content
 */
public record PlanFile(String path, long rows, long bytes, String sha256) implements Serializable {}
