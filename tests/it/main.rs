//! What forenotice promises, tried on the real thing: a real Postgres, a real SMTP listener, real HTTP; time and
//! randomness are the test's. Read [`support::world`] first, then any file below.

#[cfg(test)]
mod contracts;
#[cfg(test)]
mod costs;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod inbound;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod records;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod support;

#[cfg(test)]
mod daemon;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod world;

#[cfg(test)]
mod faults;
