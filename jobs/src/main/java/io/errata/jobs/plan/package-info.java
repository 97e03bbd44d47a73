/** The job: from events and live rows to a plan. */
@NullMarked
package io.errata.jobs.plan;

import org.jspecify.annotations.NullMarked;
