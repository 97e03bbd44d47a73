/** What references to secrets stand for. */
@NullMarked
package io.errata.connectors.secret;

import org.jspecify.annotations.NullMarked;
