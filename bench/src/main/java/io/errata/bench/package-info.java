/** JMH benchmarks of the stages that every event or every row passes. */
@NullMarked
package io.errata.bench;

import org.jspecify.annotations.NullMarked;
