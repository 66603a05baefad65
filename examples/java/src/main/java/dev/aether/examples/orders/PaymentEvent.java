package dev.aether.examples.orders;

/** Events of the payment of an order, which is an actor of its own with a single event. */
sealed interface PaymentEvent {
  String order();

  record PaymentTaken(String order, long amount) implements PaymentEvent {}

  record PaymentRefused(String order, long amount) implements PaymentEvent {}
}
