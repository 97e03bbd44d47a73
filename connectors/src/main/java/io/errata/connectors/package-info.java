/** Where a window of events comes from: the SPI, and what it says about completeness. */
@NullMarked
package io.errata.connectors;

import org.jspecify.annotations.NullMarked;
