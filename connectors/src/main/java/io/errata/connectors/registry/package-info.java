/** Schemas by their ids and versions, from a registry. */
@NullMarked
package io.errata.connectors.registry;

import org.jspecify.annotations.NullMarked;
