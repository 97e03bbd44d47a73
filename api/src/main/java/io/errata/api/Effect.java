package io.errata.api;

/**
 * Something that a worker would do to the world other than its result: send a notification, call a
 * service.
 *
 * @param kind what it is, such as {@code notification}
 * @param target for whom or what, such as an account
 * @param detail anything more, as text
 */
public record Effect(String kind, String target, String detail) {}
