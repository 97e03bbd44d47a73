package io.errata.jobs.plan;

import io.errata.state.table.Overload;
import java.time.Instant;

/**
 * A wait of a run for a quieter database.
 *
 * @param overload the limit that the database is above, and what was seen last
 * @param since when this was noticed first
 */
public record Waiting(Overload overload, Instant since) {}
