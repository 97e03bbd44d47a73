/** Live tables in the memory of one Java process, for tests and trials. */
@NullMarked
package io.errata.state.table.memory;

import org.jspecify.annotations.NullMarked;
