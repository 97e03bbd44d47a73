/** Events from files partitioned by date and hour. */
@NullMarked
package io.errata.connectors.archive;

import org.jspecify.annotations.NullMarked;
