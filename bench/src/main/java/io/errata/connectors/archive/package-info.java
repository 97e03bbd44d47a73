/** JMH benchmarks of what other packages can't see. */
@NullMarked
package io.errata.connectors.archive;

import org.jspecify.annotations.NullMarked;
