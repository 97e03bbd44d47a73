/**
 * What sources share about formats: which fields an input has, whether they fit what is wanted, and
 * how text and JSON are decoded.
 */
@NullMarked
package io.errata.connectors.format;

import org.jspecify.annotations.NullMarked;
