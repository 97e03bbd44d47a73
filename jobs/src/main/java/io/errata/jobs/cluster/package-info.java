/** The Flink cluster that jobs are submitted to, as its REST interface has it. */
@NullMarked
package io.errata.jobs.cluster;

import org.jspecify.annotations.NullMarked;
