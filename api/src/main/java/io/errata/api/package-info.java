/**
 * What a user writes a worker against: events, rows, workers, effects and the errors of Errata. It
 * knows neither Flink nor any file format.
 */
@NullMarked
package io.errata.api;

import org.jspecify.annotations.NullMarked;
