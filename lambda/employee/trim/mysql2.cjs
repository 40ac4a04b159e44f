// The one function of mysql2 that is used, without its pools and pool clusters.
exports.createConnection = require('mysql2-create-connection');
