/**
 * Values in Avro's binary encoding: what files and records share. Fields are taken out of a value
 * without making the rest, and nothing is allocated because a length says so.
 */
@NullMarked
package io.errata.connectors.avro;

import org.jspecify.annotations.NullMarked;
