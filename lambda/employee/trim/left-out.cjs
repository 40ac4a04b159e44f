// Stands in for modules that only unused options of mysql2 need: Amazon's certificates of every region (ssl given by
// name), named placeholders.
module.exports = () => {
  throw new Error('This part of mysql2 is not in the bundle (lambda/employee/build.ts).');
};
