/** What a run tells those who watch it: metrics for Prometheus. */
@NullMarked
package io.errata.jobs.telemetry;

import org.jspecify.annotations.NullMarked;
