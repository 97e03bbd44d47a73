/** What a run tells those who watch it: metrics for Prometheus, spans for OpenTelemetry. */
@NullMarked
package io.errata.jobs.telemetry;

import org.jspecify.annotations.NullMarked;
