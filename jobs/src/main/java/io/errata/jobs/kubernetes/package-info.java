/** Plans on a Flink cluster of their own, which the Flink Kubernetes operator makes. */
@NullMarked
package io.errata.jobs.kubernetes;

import org.jspecify.annotations.NullMarked;
