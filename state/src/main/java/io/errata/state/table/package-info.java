/** The live table: its SPI, what crosses it, and how a row is compared. */
@NullMarked
package io.errata.state.table;

import org.jspecify.annotations.NullMarked;
