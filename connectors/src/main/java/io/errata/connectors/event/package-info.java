/** Events as they cross the job, and the schema that they are decoded to. */
@NullMarked
package io.errata.connectors.event;

import org.jspecify.annotations.NullMarked;
