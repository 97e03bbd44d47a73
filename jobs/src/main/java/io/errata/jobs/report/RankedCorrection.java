package io.errata.jobs.report;

import io.errata.state.plan.Correction;

/**
 * A correction with how much it changes.
 *
 * @param correction what is done to the row
 * @param size the largest absolute change of a numeric column, where a missing row or value counts
 *     as 0; infinite where only one side is a number; 0 where no numeric column changes
 */
public record RankedCorrection(Correction correction, double size) {}
