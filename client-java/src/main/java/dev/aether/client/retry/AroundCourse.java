package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/** Does as the course within it; for what changes a part of that. */
abstract class AroundCourse implements RetryCourse {
  private final RetryCourse within;

  AroundCourse(RetryCourse within) {
    this.within = within;
  }

  @Override
  public Verdict onConflict(Conflict conflict) {
    return within.onConflict(conflict);
  }

  @Override
  public void onEnd(@Nullable Throwable failure) {
    within.onEnd(failure);
  }

  @Override
  public void onNothingToSave() {
    within.onNothingToSave();
  }
}
