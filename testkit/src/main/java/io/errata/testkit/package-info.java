/** Contract suites for each SPI, and real servers for tests. */
@NullMarked
package io.errata.testkit;

import org.jspecify.annotations.NullMarked;
