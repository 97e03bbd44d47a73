package io.errata.api;

/** Takes the effects of a worker. In a replay they are recorded, never performed. */
@FunctionalInterface
public interface Effects {
  void perform(Effect effect);
}
