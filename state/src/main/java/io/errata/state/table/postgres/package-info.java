/** Live tables in PostgreSQL 14 to 18. */
@NullMarked
package io.errata.state.table.postgres;

import org.jspecify.annotations.NullMarked;
