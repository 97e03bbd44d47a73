package io.errata.connectors;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What one of several sources gives to a window.
 *
 * @param source its {@link WindowSource#name()}
 * @param window the event times that it is read for; null where it is not read
 * @param reason what it holds of the window, as far as that is known, and why it is read, or not
 */
public record SourceShare(String source, @Nullable Window window, String reason)
    implements Serializable {}
