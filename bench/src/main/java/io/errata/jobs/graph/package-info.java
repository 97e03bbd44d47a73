/** JMH benchmarks of what other packages can't see. */
@NullMarked
package io.errata.jobs.graph;

import org.jspecify.annotations.NullMarked;
